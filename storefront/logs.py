"""How a line of the log is written: secrets that stand in addresses are not."""

import logging
import re

SECRET_PLACES = re.compile(
    r"(/webhooks/[\w-]+/|/o/|/seller/join/|/account/password/reset/key/|/account/confirm-email/)"
    r"[^/\s'\"?]+"
)


class Line(logging.Formatter):
    """Blots guests' links, invitations, keys of letters and carriers' secrets out.

    The whole line is looked through, with what was raised: an error may tell the address too.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return SECRET_PLACES.sub(r"\1***", super().format(record))
