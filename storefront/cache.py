"""The cache that may be away: the shop sells while Valkey is absent."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

LIMITS = "allauth:rl:"  # how often somebody may try to sign in, sign up, ask for a new password
FILLING = "demo:filling"  # how far the demo's past orders have come, while they come
ROWS = {"OPTIONS": {"MAX_ENTRIES": 1_000_000}}  # a flood of names pushes no counted try out


class Forgiving(RedisCache):
    """A Redis cache whose failures are misses; what limits guessing goes on in the database."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        asked = super().get
        return _or(default, asked, key, default, version)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        asked = super().set
        _or(None, asked, key, value, *args, **kwargs)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        asked = super().add
        return bool(_or(True, asked, key, value, *args, **kwargs))

    def delete(self, key: Any, version: int | None = None) -> bool:
        asked = super().delete
        return bool(_or(False, asked, key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        asked = super().incr
        return int(_or(delta, asked, key, delta, version))

    def clear(self) -> None:
        asked = super().clear
        _or(None, asked)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        asked = super().get_many
        found: dict[Any, Any] = _or({}, asked, keys, version)
        return found

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        asked = super().set_many
        failed: list[Any] = _or(list(data), asked, data, *args, **kwargs)
        return failed


def _or(otherwise: Any, ask: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return ask(*args, **kwargs)
    except RedisError:
        if args and str(args[0]).startswith(LIMITS):
            rows = DatabaseCache("accounts_tries", ROWS)
            return getattr(rows, ask.__name__)(*args, **kwargs)
        return otherwise
