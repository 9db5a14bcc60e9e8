"""What the acquirer's API says when it refuses."""

from __future__ import annotations

import uuid
from typing import Any


class Refused(Exception):
    """A refusal in the form of YooKassa's API."""

    def __init__(self, description: str, parameter: str = "", code: str = "", status: int = 400):
        """Say what is wrong, with which parameter, under which code and HTTP status."""
        super().__init__(description)
        self.status = status
        self.body: dict[str, Any] = {
            "type": "error",
            "id": str(uuid.uuid4()),
            "code": code or "invalid_request",
            "description": description,
        }
        if parameter:
            self.body["parameter"] = parameter


def missing(what: str, ident: str) -> Refused:
    """Say that there is no such object."""
    return Refused(f"{what} {ident} not found", "", "not_found", 404)


def unsigned() -> Refused:
    """Say that the shop is not who it says."""
    return Refused(
        "Authentication by given credentials failed", "Authorization", "invalid_credentials", 401
    )
