"""Finds the handler of a request, and plays the script of the party it goes to."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from storefront.sandbox import parties
from storefront.sandbox.wire import Problem, Reply, Request, as_json

Handler = Callable[[Request], Reply]
Routes = list[tuple[str, str, Handler]]

_HUGE = 20 * 1024 * 1024


@dataclass(frozen=True)
class _Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler


class Router:
    """All routes, grouped by the first part of their path."""

    def __init__(self, routes: Routes) -> None:
        """Take (method, path with {names}, handler)."""
        self._groups: dict[str, list[_Route]] = {}
        for method, path, handler in routes:
            names = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace(".", r"\."))
            route = _Route(method, re.compile(names + r"\Z"), handler)
            self._groups.setdefault(_first(path), []).append(route)

    def answer(self, request: Request) -> Reply:
        """Answer a request, by the script if its party has one.

        Raises: Problem.
        """
        handler = self._find(request)
        party = _party(request)
        if not party:
            return handler(request)
        with request.world.books.read() as page:
            replies = parties.script(page, party).get("replies") or {}
        return _played(handler, request, replies) if replies else handler(request)

    def _find(self, request: Request) -> Handler:
        method = "GET" if request.method == "HEAD" else request.method
        others = []
        for route in self._groups.get(_first(request.path), []):
            match = route.pattern.match(request.path)
            if match and route.method == method:
                request.parts = match.groupdict()
                return route.handler
            if match:
                others.append(route.method)
        if others:
            raise Problem(405, "method_not_allowed", f"only {', '.join(others)} here")
        raise Problem(404, "not_found", f"nothing at {request.path}")


def _first(path: str) -> str:
    return path.split("/", 2)[1]


def _party(request: Request) -> str:
    """Name the party whose script a request falls under; pages and control have none."""
    parts = request.path.split("/")
    if parts[1] == "yookassa":
        return request.shop
    if parts[1] == "cbr":
        return "cbr"
    if parts[1] in ("customs", "banks", "carriers") and len(parts) > 2:
        return f"{parts[1]}.{parts[2]}"
    return ""


def _played(handler: Handler, request: Request, replies: dict[str, Any]) -> Reply:
    dice = random.random
    status = replies.get("status")
    if status and dice() < replies.get("status_share", 1):
        time.sleep(replies.get("delay_ms", 0) / 1000)
        return as_json(
            {"type": "error", "code": "scripted", "error": "scripted", "description": "scripted"},
            int(status),
        )
    reply = handler(request)
    time.sleep(replies.get("delay_ms", 0) / 1000)
    if dice() < replies.get("drop_share", 0):
        return Reply(cut=True)
    return _spoilt(reply, replies["garbage"]) if replies.get("garbage") else reply


def _spoilt(reply: Reply, how: str) -> Reply:
    if how == "html":
        return Reply(b"<!doctype html><title>502</title>", 200, "text/html; charset=utf-8")
    if how == "truncated":
        return Reply(reply.body[: len(reply.body) // 2], reply.status, reply.kind)
    if how == "wrong_type":
        return as_json(["not", "what", "was", "asked"])
    return Reply(b'{"padding": "' + b"x" * _HUGE + b'"}', 200, reply.kind)
