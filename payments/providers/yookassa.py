"""YooKassa, API v3, through its official client: payments, refunds, notices."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.conf import settings
from yookassa.client import ApiClient
from yookassa.domain.common import HttpVerb, RequestObject, UserAgent
from yookassa.domain.request import PaymentRequest, RefundRequest

from payments.providers import fiscal
from payments.providers.wire import (
    Answer,
    Hint,
    Item,
    Paper,
    ReceiptAnswer,
    RefundAnswer,
    Request,
    Status,
    Taken,
    TakenStatus,
)
from storefront.lib import http

TIMEOUT = 10
NOT_YET = 404
PAGES = 50
STATUSES: dict[str, Status] = {
    "pending": "pending",
    "waiting_for_capture": "authorised",
    "succeeded": "captured",
    "canceled": "cancelled",
}
TAKEN: dict[str, TakenStatus] = {
    "needs_response": "received",
    "under_review": "answered",
    "won": "won",
    "lost": "lost",
}
INSTALMENTS = "installments"
# Its pages speak two languages. Source: yookassa 3.13, domain/common/locale.py.
LOCALES = {"ru": "ru_RU"}
# Source: YooKassa's documentation of notices, networks they come from, read 2026-11-21.
NETWORKS = [
    "77.75.153.0/25",
    "77.75.154.128/25",
    "77.75.156.11/32",
    "77.75.156.35/32",
    "185.71.76.0/27",
    "185.71.77.0/27",
    "2a02:5180:0:1509::/64",
    "2a02:5180:0:1533::/64",
    "2a02:5180:0:2655::/64",
    "2a02:5180:0:2669::/64",
]


class Client(ApiClient):  # type: ignore[misc]  # the package carries no types
    """The official client with a timeout, a size limit and errors that say what is known.

    As it comes it has no timeout, turns a refused connection into an AttributeError and keeps
    its configuration for the whole process; so its constructor is left out here.
    """

    def __init__(self, url: str, shop: str, secret: str) -> None:
        self.endpoint = url
        self.shop_id = shop
        self.shop_password = secret
        self.auth_token = None
        self.user_agent = UserAgent()

    def request(
        self,
        method: str = "",
        path: str = "",
        query_params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> dict[str, Any]:
        """One call.

        Raises: Unreachable; Unknown, also for 202 (still being worked on) and for an answer that
        is no object; Refused.
        """
        if isinstance(body, RequestObject):
            body.validate()
            body = dict(body)
        try:
            answer = http.call(
                method,
                self.endpoint + path,
                timeout=TIMEOUT,
                params=query_params,
                headers=self.prepare_request_headers(headers),
                json=body,
            )
        except http.Refused as refused:
            if refused.status == 429:
                raise http.Unreachable(str(refused)) from refused
            raise
        if answer.status != 200:
            raise http.Unknown(f"HTTP {answer.status} for {method} {path}")
        return _object(answer.body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise http.Unknown(f"the answer is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise http.Unknown("the answer is not a JSON object")
    return found


class YooKassa:
    """The drawer of YooKassa."""

    def __init__(self) -> None:
        self.client = Client(
            settings.YOOKASSA_URL, settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY
        )

    def create(self, request: Request) -> Answer:
        """Create a payment; the same key gives the same payment for a day."""
        body = {
            "amount": _amount(request.price, request.currency),
            "capture": not request.is_two_stage,
            "description": request.description[:128],
            "confirmation": {
                "type": "redirect",
                "return_url": request.return_url,
                "locale": LOCALES.get(request.language, "en_US"),
            },
            "payment_method_data": {"type": request.method},
            "metadata": {"charge": request.key},
            "receipt": {
                "customer": {"email": request.email},
                **fiscal.write(request.items, False, request.tax_system),
            },
        }
        # The package has no class for this way of paying, the API has.
        checked = body if request.method == INSTALMENTS else PaymentRequest(body)
        return _answer(self._post("/payments", request.key, checked))

    def read(self, provider_id: str) -> Answer:
        """How a payment stands."""
        return _answer(self.client.request(HttpVerb.GET, f"/payments/{provider_id}"))

    def cancel(self, provider_id: str, *, key: str) -> Answer:
        """End a payment; YooKassa itself ends those nobody pays within the hour."""
        return _answer(self._post(f"/payments/{provider_id}/cancel", key, {}))

    def capture(self, provider_id: str, *, key: str, price: Decimal, currency: str) -> Answer:
        """Take all that is held; YooKassa lets a hold go after seven days."""
        body = {"amount": _amount(price, currency)}
        return _answer(self._post(f"/payments/{provider_id}/capture", key, body))

    def find(self, key: str, *, since: datetime) -> Answer | None:
        """The payment made under a key since an instant, by the metadata it was given."""
        for found in self._list("/payments", {"created_at.gte": _stamp(since)}):
            if _mapping(found, "metadata").get("charge") == key:
                return _answer(found)
        return None

    def refund(
        self, provider_id: str, *, key: str, price: Decimal, currency: str, description: str
    ) -> RefundAnswer:
        """Give money back; the same key gives the same refund for a day."""
        body = RefundRequest(
            {
                "payment_id": provider_id,
                "amount": _amount(price, currency),
                "description": description[:250],
            }
        )
        return _refund_answer(self._post("/refunds", key, body))

    def read_refund(self, refund_id: str) -> RefundAnswer:
        """How a refund stands."""
        return _refund_answer(self.client.request(HttpVerb.GET, f"/refunds/{refund_id}"))

    def find_refund(self, provider_id: str, *, description: str) -> RefundAnswer | None:
        """The refund of a payment that was made under a description."""
        for found in self._list("/refunds", {"payment_id": provider_id}):
            if found.get("description") == description[:250]:
                return _refund_answer(found)
        return None

    def read_chargeback(self, chargeback_id: str) -> Taken:
        """How a chargeback stands; emulated, as YooKassa's API has no such object (docs)."""
        return _taken(self.client.request(HttpVerb.GET, f"/chargebacks/{chargeback_id}"))

    def answer_chargeback(
        self, chargeback_id: str, *, key: str, text: str, papers: Sequence[Paper]
    ) -> Taken:
        """Hand in our answer; emulated like the reading."""
        files = [
            {"name": paper.name, "content": base64.b64encode(paper.body).decode()}
            for paper in papers
        ]
        body = {"text": text, "files": files}
        return _taken(self._post(f"/chargebacks/{chargeback_id}/evidence", key, body))

    def write_receipt(
        self, items: Sequence[Item], *, is_settlement: bool, tax_system: int
    ) -> dict[str, Any]:
        """A receipt in YooKassa's form, without the buyer's address."""
        return fiscal.write(items, is_settlement, tax_system)

    def send_receipt(
        self, *, key: str, body: dict[str, Any], email: str, payment: str, refund: str
    ) -> ReceiptAnswer:
        """Send a receipt of a payment or a refund; the same key gives the same one for a day."""
        about = {"refund_id": refund} if refund else {"payment_id": payment}
        kind = "refund" if refund else "payment"
        head = {"type": kind, **about, "customer": {"email": email}, "send": True}
        try:
            return fiscal.answer(self._post("/receipts", key, {**head, **body}))
        except http.Refused as refused:
            if refused.status != 400:
                raise
            return ReceiptAnswer("rejected", reason=fiscal.why(refused.body))

    def find_receipts(self, *, payment: str, refund: str) -> dict[str, ReceiptAnswer]:
        """The receipts of a payment or a refund, by their numbers."""
        about = {"refund_id": refund} if refund else {"payment_id": payment}
        answers = [fiscal.answer(found) for found in self._list("/receipts", about)]
        return {answer.provider_id: answer for answer in answers}

    def read_receipt(self, receipt_id: str) -> ReceiptAnswer:
        """How a receipt stands."""
        return fiscal.answer(self.client.request(HttpVerb.GET, f"/receipts/{receipt_id}"))

    def registers_for(self) -> str:
        """The shop, where the address of its registers is set."""
        return str(settings.YOOKASSA_SHOP_ID) if settings.YOOKASSA_REGISTRY_URL else ""

    def read_register(self, on: date) -> bytes | None:
        """The register of a day; None, while it is not drawn up."""
        signed = (settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY)
        query = {"on": on.isoformat()}
        try:
            return http.call("GET", settings.YOOKASSA_REGISTRY_URL, params=query, auth=signed).body
        except http.Refused as refused:
            if refused.status == NOT_YET:
                return None
            raise

    def networks(self) -> list[IPv4Network | IPv6Network]:
        """Where its notices come from: the setting, or what its documentation says."""
        return [ip_network(text) for text in settings.YOOKASSA_NETWORKS or NETWORKS]

    def hint(self, body: bytes) -> Hint:
        """What a notice says it is about; it is unsigned, so it is believed in nothing else."""
        try:
            found = json.loads(body)
            subject = found["object"]
            words = [found["event"], subject["id"], subject["status"]]
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise ValueError(f"not a notice: {error}") from error
        if not all(isinstance(word, str) for word in words):
            raise ValueError("not a notice: it names things that are no words")
        return Hint(*words)

    def _post(self, path: str, key: str, body: Any) -> dict[str, Any]:
        headers = {"Idempotence-Key": key}
        return self.client.request(HttpVerb.POST, path, headers=headers, body=body)

    def _list(self, path: str, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        query = {"limit": "100", **filters}
        for _page in range(PAGES):
            answer = self.client.request(HttpVerb.GET, path, query)
            yield from answer.get("items") or []
            if not answer.get("next_cursor"):
                return
            query["cursor"] = str(answer["next_cursor"])
        raise http.Unknown(f"{path} has more than {PAGES} pages")


def _stamp(at: datetime) -> str:
    # A little earlier, because the two clocks differ.
    return (at - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")


def _amount(price: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{price:.2f}", "currency": currency}


def _answer(found: Mapping[str, Any]) -> Answer:
    """Read a payment.

    Not through the package's response classes: they raise on a way of paying they do not know,
    and money that has arrived must be recorded whatever it came by.
    """
    try:
        value, currency = _money(found, "amount")
        status = STATUSES[found["status"]]
        ended = _mapping(found, "cancellation_details")
        income = _money(found, "income_amount")[0] if found.get("income_amount") else value
        return Answer(
            status=status,
            provider_id=str(found["id"]),
            page_url=str(_mapping(found, "confirmation").get("confirmation_url") or ""),
            held=value if status == "authorised" else Decimal(0),
            captured=value if status == "captured" else Decimal(0),
            currency=currency,
            fee=value - income if status == "captured" else Decimal(0),
            operation=str(found["id"]),
            party=str(ended.get("party") or "")[:30],
            reason=str(ended.get("reason") or "")[:60],
            receipt=fiscal.STATUSES.get(str(found.get("receipt_registration"))),
            title=str(_mapping(found, "payment_method").get("title") or "")[:120],
            at=_instant(found.get("captured_at")),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise http.Unknown(f"the answer is not a payment: {error!r}") from error


def _refund_answer(found: Mapping[str, Any]) -> RefundAnswer:
    try:
        value, currency = _money(found, "amount")
        status = {"pending": "pending", "succeeded": "done", "canceled": "rejected"}
        return RefundAnswer(
            status=status[found["status"]],  # type: ignore[arg-type]  # the values are literals
            provider_id=str(found["id"]),
            price=value,
            currency=currency,
            reason=str(_mapping(found, "cancellation_details").get("reason") or "")[:60],
            at=_instant(found.get("created_at")),
            payment=str(found.get("payment_id") or ""),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise http.Unknown(f"the answer is not a refund: {error!r}") from error


def _taken(found: Mapping[str, Any]) -> Taken:
    try:
        value, currency = _money(found, "amount")
        return Taken(
            status=TAKEN[found["status"]],
            provider_id=str(found["id"]),
            payment=str(found["payment_id"]),
            reason=str(found["reason"])[:60],
            price=value,
            currency=currency,
            received_at=datetime.fromisoformat(str(found["created_at"])),
            evidence_until=datetime.fromisoformat(str(found["evidence_due_at"])),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise http.Unknown(f"the answer is not a chargeback: {error!r}") from error


def _mapping(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, Mapping) else {}


def _money(found: Mapping[str, Any], name: str) -> tuple[Decimal, str]:
    part = found[name]
    value = Decimal(str(part["value"]))
    if not value.is_finite() or value < 0:
        raise ValueError(f"{name} is {value}")
    return value.quantize(Decimal("0.01")), str(part["currency"])


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
