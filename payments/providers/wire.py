"""What every acquirer is asked and answers, whatever its own words are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal, Protocol

Status = Literal["pending", "authorised", "captured", "cancelled"]
RefundStatus = Literal["pending", "done", "rejected"]
TakenStatus = Literal["received", "answered", "won", "lost"]


@dataclass(frozen=True)
class Item:
    """A line of the fiscal receipt; the price is of one piece, in the currency of the request."""

    description: str
    quantity: int
    price: Decimal
    subject: str
    vat_code: int = 1
    mode: str = "full_prepayment"
    agent_type: str = ""
    supplier: "Supplier | None" = None


@dataclass(frozen=True)
class Supplier:
    """On whose behalf goods are sold: the principal of the receipt."""

    name: str
    inn: str


@dataclass(frozen=True)
class ReceiptAnswer:
    """How a fiscal receipt stands."""

    status: RefundStatus
    provider_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Request:
    """A payment to be created: all a provider may know of an order."""

    key: str
    price: Decimal
    currency: str
    description: str
    return_url: str
    method: str
    language: str
    email: str
    items: tuple[Item, ...]
    is_two_stage: bool = False
    tax_system: int = 1


@dataclass(frozen=True)
class Answer:
    """How a payment stands.

    Money: `held` is what is only kept back on a card; `captured` is what the buyer paid, gross;
    `fee` is what the provider keeps of it.
    """

    status: Status
    provider_id: str = ""
    page_url: str = ""
    held: Decimal = Decimal(0)
    captured: Decimal = Decimal(0)
    currency: str = "RUB"
    fee: Decimal = Decimal(0)
    operation: str = ""
    party: str = ""
    reason: str = ""
    title: str = ""
    receipt: RefundStatus | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class RefundAnswer:
    """How a refund stands."""

    status: RefundStatus
    provider_id: str = ""
    price: Decimal = Decimal(0)
    currency: str = "RUB"
    reason: str = ""
    at: datetime | None = None
    payment: str = ""


@dataclass(frozen=True)
class Taken:
    """How money stands that a buyer's bank took back; `payment` is the one it came by."""

    status: TakenStatus
    provider_id: str
    payment: str
    reason: str
    price: Decimal
    currency: str
    received_at: datetime
    evidence_until: datetime


@dataclass(frozen=True)
class Paper:
    """A file for a buyer's bank."""

    name: str
    body: bytes


@dataclass(frozen=True)
class Hint:
    """What a notice says it is about."""

    event: str
    object_id: str
    status: str


class Drawer(Protocol):
    """What a provider must be able to do; every call may raise the errors of `lib.http`."""

    def create(self, request: Request) -> Answer:
        """Create a payment; the same key gives the same payment."""

    def read(self, provider_id: str) -> Answer:
        """How a payment stands."""

    def cancel(self, provider_id: str, *, key: str) -> Answer:
        """End a payment that nobody has paid; refused, if it cannot be ended."""

    def capture(self, provider_id: str, *, key: str, price: Decimal, currency: str) -> Answer:
        """Take what is held on a card; the same key takes it once."""

    def find(self, key: str, *, since: datetime) -> Answer | None:
        """The payment made under a key the provider may have forgotten."""

    def refund(
        self, provider_id: str, *, key: str, price: Decimal, currency: str, description: str
    ) -> RefundAnswer:
        """Give money back; the same key gives the same refund."""

    def read_refund(self, refund_id: str) -> RefundAnswer:
        """How a refund stands."""

    def find_refund(self, provider_id: str, *, description: str) -> RefundAnswer | None:
        """The refund of a payment made under a description."""

    def read_chargeback(self, chargeback_id: str) -> Taken:
        """How a chargeback stands."""

    def answer_chargeback(
        self, chargeback_id: str, *, key: str, text: str, papers: Sequence[Paper]
    ) -> Taken:
        """Hand in our answer for the buyer's bank; the same key hands it in once."""

    def write_receipt(
        self, items: Sequence[Item], *, is_settlement: bool, tax_system: int
    ) -> dict[str, Any]:
        """A receipt in the provider's own form, without the buyer's address."""

    def send_receipt(
        self, *, key: str, body: dict[str, Any], email: str, payment: str, refund: str
    ) -> ReceiptAnswer:
        """Send a receipt of a payment, or of a refund of it; the same key sends it once."""

    def find_receipts(self, *, payment: str, refund: str) -> dict[str, ReceiptAnswer]:
        """The receipts of a payment or a refund, by their numbers."""

    def read_receipt(self, receipt_id: str) -> ReceiptAnswer:
        """How a receipt stands."""

    def registers_for(self) -> str:
        """The account with it whose daily registers may be asked for; empty, if they may not."""

    def read_register(self, on: date) -> bytes | None:
        """The register of a day, as it is drawn up; None, while it is not."""

    def networks(self) -> list[IPv4Network | IPv6Network]:
        """Where its notices come from."""

    def hint(self, body: bytes) -> Hint:
        """Read a notice; a ValueError, if it is none."""
