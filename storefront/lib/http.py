"""HTTP to the outside: a timeout, a size cap, and errors that say what is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from . import clock

LIMIT = 8 * 1024 * 1024


class Unreachable(Exception):
    """No connection: the other side has surely not seen the request."""


class Unknown(Exception):
    """The request went out and no whole answer came: it may have been carried out."""


class Refused(Exception):
    """The other side answered that it will not do it."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"HTTP {status}: {body[:300]}")
        self.status = status
        self.body = body


@dataclass(frozen=True)
class Answer:
    """A whole answer with a good status."""

    status: int
    body: bytes
    content_type: str


@cache
def session() -> requests.Session:
    """One session per process: connections are kept."""
    made = requests.Session()
    made.trust_env = False
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=16)
    made.mount("http://", adapter)
    made.mount("https://", adapter)
    return made


def headers() -> dict[str, str]:
    """What every call carries: the instant, when this process lives in simulated time."""
    instant = clock.virtual()
    return {"X-Business-Time": instant.isoformat()} if instant else {}


def call(method: str, url: str, *, timeout: float = 10, **kwargs: Any) -> Answer:
    """One request.

    Raises: Unreachable, Unknown (also for 5xx and an answer over 8 MiB), Refused (4xx).
    """
    given: Mapping[str, str] = kwargs.pop("headers", {})
    try:
        with session().request(
            method,
            url,
            timeout=(3.05, timeout),
            stream=True,
            allow_redirects=False,
            headers={**headers(), **given},
            **kwargs,
        ) as answer:
            body = answer.raw.read(LIMIT + 1, decode_content=True)
    except requests.exceptions.ConnectTimeout as error:
        raise Unreachable(str(error)) from error
    except requests.exceptions.ConnectionError as error:
        refused = "refused" in str(error).lower() or "resolve" in str(error).lower()
        raise (Unreachable if refused else Unknown)(str(error)) from error
    # The body is read past requests, so what breaks off in it comes as an error of urllib3.
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Unknown(str(error)) from error
    if len(body) > LIMIT:
        raise Unknown(f"answer of {url} is over {LIMIT} bytes")
    if answer.status_code >= 500:
        raise Unknown(f"HTTP {answer.status_code}: {body[:300].decode('utf-8', 'replace')}")
    if answer.status_code >= 300:
        raise Refused(answer.status_code, body.decode("utf-8", "replace"))
    return Answer(answer.status_code, body, answer.headers.get("Content-Type", ""))
