"""The cache that may be away: the shop sells while Valkey is absent."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError


class Forgiving(RedisCache):
    """A Redis cache whose failures are misses."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _or(default, lambda: super(Forgiving, self).get(key, default, version))

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        _or(None, lambda: super(Forgiving, self).set(key, value, *args, **kwargs))

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(_or(True, lambda: super(Forgiving, self).add(key, value, *args, **kwargs)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(_or(False, lambda: super(Forgiving, self).delete(key, version)))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(_or(delta, lambda: super(Forgiving, self).incr(key, delta, version)))

    def clear(self) -> None:
        _or(None, super().clear)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = _or({}, lambda: super(Forgiving, self).get_many(keys, version))
        return found

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        failed: list[Any] = _or(
            list(data), lambda: super(Forgiving, self).set_many(data, *args, **kwargs)
        )
        return failed


def _or(otherwise: Any, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except RedisError:
        return otherwise
