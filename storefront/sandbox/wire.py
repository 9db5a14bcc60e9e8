"""What comes in and goes out over HTTP: a request, a reply, a refusal."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from lxml import etree

from storefront.sandbox import books

if TYPE_CHECKING:
    from storefront.sandbox.clock import Moment
    from storefront.sandbox.world import World

TYPE_JSON = "application/json; charset=utf-8"
Headers = tuple[tuple[str, str], ...]


class Problem(Exception):
    """A request that cannot be served, in the form all drawers but the acquirer use."""

    def __init__(self, status: int, code: str, detail: str, field: str | None = None) -> None:
        """Say the HTTP status, a word for machines, a sentence for people and the field."""
        super().__init__(detail)
        self.status = status
        self.body: dict[str, Any] = {"error": code, "detail": detail, "field": field}


@dataclass(frozen=True)
class Reply:
    """An answer ready to be sent."""

    body: bytes = b""
    status: int = 200
    kind: str = TYPE_JSON
    headers: Headers = ()
    # Set by a script: the connection is cut instead of answering.
    cut: bool = False


@dataclass
class Request:
    """One request, with the world it is asked of and the instant it is asked at."""

    method: str
    path: str
    query_text: str
    environ: Mapping[str, Any]
    body: bytes
    world: World
    moment: Moment
    parts: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """One header; no text if it did not come."""
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query string, the last of equal names."""
        return _last(self.query_text)

    @cached_property
    def form(self) -> Mapping[str, str]:
        """A posted form, the last of equal names."""
        return _last(self.body.decode("utf-8", "replace"))

    @cached_property
    def shop(self) -> str:
        """The shop a request of the acquirer's API is signed with; no text if it is not signed."""
        return self.credentials[0]

    @cached_property
    def credentials(self) -> tuple[str, str]:
        """Name and secret of the Basic authorization."""
        scheme, _, token = self.header("Authorization").partition(" ")
        if scheme.lower() != "basic":
            return "", ""
        try:
            name, _, secret = base64.b64decode(token, validate=True).decode().partition(":")
        except ValueError:
            return "", ""
        return name, secret

    @cached_property
    def digest(self) -> str:
        """What tells this body from another one."""
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises: Problem, if it is none.
        """
        try:
            found = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise Problem(400, "bad_json", "the body is not JSON") from None
        if not isinstance(found, dict):
            raise Problem(400, "bad_json", "the body is not a JSON object")
        return found

    def xml(self) -> etree._Element:
        """Read the body as XML, without entities, DTD or network.

        Raises: Problem, if it is none.
        """
        if b"<!DOCTYPE" in self.body or b"<!ENTITY" in self.body:
            raise Problem(400, "bad_xml", "a document type is not accepted")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(self.body, parser)
        except (etree.XMLSyntaxError, ValueError) as wrong:
            raise Problem(400, "bad_xml", f"the body is not XML: {wrong}") from None


def _last(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def as_json(body: Any, status: int = 200, headers: Headers = ()) -> Reply:
    """Answer with JSON."""
    return Reply(json.dumps(body, ensure_ascii=False).encode(), status, TYPE_JSON, headers)


def as_xml(root: etree._Element, encoding: str = "UTF-8") -> Reply:
    """Answer with an XML document."""
    body = etree.tostring(root, xml_declaration=True, encoding=encoding)
    assert isinstance(body, bytes)
    return Reply(body, kind=f"application/xml; charset={encoding.lower()}")


def see_other(address: str, status: int = 303) -> Reply:
    """Send the browser elsewhere."""
    return Reply(b"", status, "text/plain; charset=utf-8", (("Location", address),))


def status_line(status: int) -> str:
    """Write the status as HTTP does."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Scripted"


def digest_of(body: Any) -> str:
    """Tell one JSON content from another, whatever the order of its keys."""
    return hashlib.sha256(books.dump(body).encode()).hexdigest()


def text_of(body: Mapping[str, Any], name: str, limit: int = 100) -> str:
    """Take a text that must be there.

    Raises: Problem, naming the field, if it is missing, empty, too long or no text.
    """
    found = body.get(name)
    if not isinstance(found, str) or not found.strip() or len(found) > limit:
        raise Problem(422, "bad_field", f"{name} must be a text of 1..{limit} characters", name)
    return found


def whole_of(body: Mapping[str, Any], name: str, least: int = 0) -> int:
    """Take a whole number that must be there.

    Raises: Problem, naming the field.
    """
    found = body.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < least:
        raise Problem(422, "bad_field", f"{name} must be a whole number from {least}", name)
    return found


def texts_of(body: Mapping[str, Any], name: str, limit: int = 500) -> list[str]:
    """Take a list of texts.

    Raises: Problem, naming the field.
    """
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise Problem(422, "bad_field", f"{name} must be a list of texts", name)
    if len(found) > limit:
        raise Problem(422, "bad_field", f"{name} may hold {limit} at most", name)
    return found
