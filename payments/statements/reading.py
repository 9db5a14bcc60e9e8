"""Bank files of any form: which it is, in which encoding, and whether it adds up."""

import re

from . import camt053, mt940, onec
from .statement import LIMIT, Statement, TooLarge, Unrecognised, check

# Russian banks write MT940 in their own code page, the others in UTF-8.
TEXTS = ("utf-8-sig", "cp1251")


def read(body: bytes) -> list[Statement]:
    """Every statement of a file, each adding up: opening and entries make the closing.

    Raises: BadStatement; its `code` names why, its text where.
    """
    return [check(statement) for statement in parse(body)]


def parse(body: bytes) -> list[Statement]:
    """Every statement of a file as it stands, whether it adds up or not.

    Raises: BadStatement.
    """
    if len(body) > LIMIT:
        raise TooLarge(f"over {LIMIT} bytes")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return camt053.read(body)
    if body.lstrip(b"\xef\xbb\xbf").startswith(onec.HEAD.encode()):
        return onec.read(onec.decode(body))
    if re.search(rb"(?m)^(:20:|:25:|:6[0-2][A-Z]?:)", body.replace(b"\r", b"\n")):
        return mt940.read(_decoded(body))
    raise Unrecognised("neither camt.053 nor MT940 nor 1CClientBankExchange")


def _decoded(body: bytes) -> str:
    for name in TEXTS[:-1]:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode(TEXTS[-1], "replace")
