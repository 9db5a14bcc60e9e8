"""A small SMTP receiver: takes every mail, sends none."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from storefront.sandbox import books, clock
from storefront.sandbox.world import World

_SIZE_LIMIT = 5 * 1024 * 1024
_LINE_LIMIT = 64 * 1024
_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)


class _Receiver(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, world: World) -> None:
        self.world = world
        super().__init__((world.environment.host, world.environment.smtp_port), _Session)


def receiver(world: World) -> socketserver.TCPServer | None:
    """Listen for mail; nothing if no port is given."""
    return _Receiver(world) if world.environment.smtp_port else None


class _Session(socketserver.StreamRequestHandler):
    """One conversation: enough of RFC 5321 for a client that sends mail."""

    timeout = 60
    server: _Receiver

    def handle(self) -> None:
        self._forget()
        self._say(220, "sandbox ESMTP")
        while True:
            line = self.rfile.readline(_LINE_LIMIT)
            if not line:
                return
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say(221, "bye")
                return
            self._command(verb.upper(), rest)

    def _command(self, verb: str, rest: str) -> None:
        commands: dict[str, Callable[[], None]] = {
            "HELO": lambda: self._say(250, "sandbox"),
            "EHLO": self._greet,
            "MAIL": lambda: self._mail(rest),
            "RCPT": lambda: self._recipient(rest),
            "DATA": self._data,
            "RSET": self._reset,
            "NOOP": lambda: self._say(250, "ok"),
        }
        if verb in commands:
            commands[verb]()
        else:
            self._say(502, "not known here")

    def _greet(self) -> None:
        self.wfile.write(b"250-sandbox\r\n250-8BITMIME\r\n")
        self._say(250, f"SIZE {_SIZE_LIMIT}")

    def _mail(self, rest: str) -> None:
        found = _PATH.match(rest)
        if not found:
            self._say(501, "MAIL FROM:<address>")
            return
        self._forget()
        self._sender = found[1]
        self._has_sender = True
        self._say(250, "ok")

    def _recipient(self, rest: str) -> None:
        found = _PATH.match(rest)
        if not self._has_sender or not found:
            self._say(503 if found else 501, "MAIL first, then RCPT TO:<address>")
            return
        self._recipients.append(found[1])
        self._say(250, "ok")

    def _data(self) -> None:
        if not self._recipients:
            self._say(503, "RCPT first")
            return
        self._say(354, "end with a line of one dot")
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(_LINE_LIMIT)) not in (b".\r\n", b".\n"):
            if not line:
                return
            size += len(line)
            if size <= _SIZE_LIMIT:
                lines.append(line[1:] if line.startswith(b"..") else line)
        if size > _SIZE_LIMIT:
            self._say(552, "too big")
        else:
            number = _keep(self.server.world, self._sender, self._recipients, b"".join(lines))
            self._say(250, f"kept as {number}")
        self._forget()

    def _reset(self) -> None:
        self._forget()
        self._say(250, "ok")

    def _forget(self) -> None:
        self._sender = ""
        self._has_sender = False
        self._recipients: list[str] = []

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())


def _keep(world: World, sender: str, recipients: list[str], raw: bytes) -> int:
    subject = str(parsed(raw).get("Subject", ""))
    with world.books.write() as page:
        page.execute(
            "INSERT INTO mails (received_at, sender, recipients, subject, raw)"
            " VALUES (?, ?, ?, ?, ?)",
            (clock.show(datetime.now(UTC)), sender, books.dump(recipients), subject, raw),
        )
        return int(page.execute("SELECT last_insert_rowid() AS id").fetchone()["id"])


def parsed(raw: bytes) -> EmailMessage:
    """Read a mail."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def part(message: EmailMessage, kind: str) -> str:
    """Take the plain or the HTML text of a mail; no text if it has none."""
    found = message.get_body((kind,))
    if found is None:
        return ""
    try:
        text = str(found.get_content())
    except (LookupError, UnicodeError):
        raw = found.get_payload(decode=True)
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return text.replace("\r\n", "\n")


def newest(page: sqlite3.Connection, to: str, limit: int) -> list[dict[str, Any]]:
    """List mails, newest first, to one address if one is named."""
    rows = page.execute(
        "SELECT * FROM mails WHERE ? = '' OR instr(lower(recipients), lower(?)) > 0"
        " ORDER BY id DESC LIMIT ?",
        (to, f'"{to}"', limit),
    )
    return [dict(row) for row in rows]
