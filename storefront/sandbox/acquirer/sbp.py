"""The link and the QR code of the faster payments system."""

from __future__ import annotations

import io
import string

import segno

from storefront.sandbox.acquirer.payments import Payment
from storefront.sandbox.world import World

_BANK = "100000000007"
_LETTERS = string.digits + string.ascii_uppercase


def link(world: World, payment: Payment) -> str:
    """Make the payment link.

    Money: the sum is in kopecks.
    Source: DOMAIN 3.3; ids that begin with AD are for one payment, type 02.
    """
    dice = world.retold("sbp", payment.number).dice
    ident = "AD" + "".join(dice.choice(_LETTERS) for _ in range(30))
    address = f"https://qr.nspk.ru/{ident}?type=02&bank={_BANK}&sum={payment.amount}&cur=RUB"
    return f"{address}&crc={crc(address):04X}"


def crc(text: str) -> int:
    """Compute CRC-16/CCITT-FALSE over the link before its checksum."""
    value = 0xFFFF
    for byte in text.encode("ascii"):
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def picture(world: World, payment: Payment) -> bytes:
    """Draw the QR code of the link as SVG."""
    out = io.BytesIO()
    code = segno.make(link(world, payment), error="m", micro=False)
    code.save(out, kind="svg", border=2, dark="#14211f", light="#ffffff", scale=4)
    return out.getvalue()
