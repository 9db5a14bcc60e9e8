"""English titles and descriptions."""

from catalog.models import Kind

from .facts import Facts, sentence

NO_BREAK = "\u00a0"
NOUNS = {
    Kind.PHONE: "phone",
    Kind.TABLET: "tablet",
    Kind.EARBUDS: "earbuds",
    Kind.HEADPHONES: "headphones",
    Kind.WATCH: "watch",
    Kind.BAND: "band",
    Kind.CHARGER: "charger",
    Kind.POWER_BANK: "power bank",
    Kind.CABLE: "cable",
    Kind.STYLUS: "stylus",
    Kind.KEYBOARD: "keyboard",
    Kind.CASE: "case",
    Kind.HUB: "hub",
    Kind.SPEAKER: "speaker",
}
EXTRAS = {
    "five_g": "5G",
    "nfc": "NFC",
    "gps": "satellite navigation",
    "pulse": "heart rate",
    "oxygen": "blood oxygen",
    "calls": "calls from the wrist",
    "noise_cancelling": "noise cancelling",
    "gan": "GaN",
    "magnetic": "magnetic mount",
    "backlight": "backlight",
    "touchpad": "trackpad",
    "hdmi": "HDMI",
    "ethernet": "Ethernet port",
    "card_reader": "card reader",
}


def number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) and value >= 10_000 else f"{value:g}"


def amount(facts: Facts, key: str, unit: str, before: str = "") -> str:
    value = facts.figure(key)
    return f"{before}{number(value)}{NO_BREAK}{unit}" if value else ""


def title(facts: Facts) -> str:
    """`Baseus Blade power bank, 20,000 mAh, 100 W`."""
    noun = NOUNS[Kind(facts.kind)]
    model = facts.word("for_model")
    fits = f"for {model}" if model and not facts.tells(model) else ""
    name = " ".join(filter(None, (facts.brand, facts.model)))
    head = " ".join(filter(None, (name, "" if facts.tells(noun) else noun, fits)))
    return ", ".join(filter(None, (head, *_tail(facts))))


def _tail(facts: Facts) -> list[str]:
    def fresh(key: str, unit: str) -> str:
        return "" if facts.tells(facts.figure(key)) else amount(facts, key, unit)

    if facts.kind == Kind.POWER_BANK:
        return [fresh("battery_mah", "mAh"), fresh("charge_w", "W")]
    if facts.kind == Kind.CHARGER:
        return [fresh("charge_w", "W"), facts.chosen("ports", "en")]
    if facts.kind == Kind.CABLE:
        both = ends(facts, " ")
        return [
            "" if facts.tells(both) else ends(facts),
            fresh("charge_w", "W"),
            fresh("cable_m", "m"),
        ]
    if facts.kind == Kind.CASE:
        return [facts.chosen("material", "en")]
    return [fresh("power_w", "W")] if facts.kind == Kind.SPEAKER else []


def ends(facts: Facts, between: str = " to ") -> str:
    both = [facts.chosen("cable_a", "en"), facts.chosen("cable_b", "en")]
    return between.join(both) if all(both) else ""


def about(facts: Facts) -> str:
    """A short paragraph of what is known; empty when nothing is."""
    inch, screen = facts.figure("screen_inch"), facts.chosen("screen_kind", "en")
    panel = " ".join(filter(None, (f"{number(inch)}-inch" if inch else "", screen)))
    chip = facts.word("chipset")
    main, lenses = amount(facts, "main_camera_mp", "MP"), facts.figure("cameras")
    count = f" with {number(lenses)} {'lens' if lenses == 1 else 'lenses'}" if lenses else ""
    parts = (
        sentence(
            f"{panel} screen" if panel else "",
            amount(facts, "refresh_hz", "Hz"),
            f"{chip} processor" if chip else "",
        ),
        sentence(
            f"{main} main camera{count}" if main else "",
            amount(facts, "front_camera_mp", "MP front camera"),
        ),
        _power(facts),
        _made(facts),
    )
    return " ".join(filter(None, parts))


def _power(facts: Facts) -> str:
    return sentence(
        amount(facts, "battery_mah", "mAh", "battery "),
        amount(facts, "charge_w", "W", "charging up to "),
        amount(facts, "wireless_charge_w", "W", "wireless up to "),
        amount(facts, "power_w", "W", "sound output "),
        amount(facts, "hours", "h", "runs up to "),
        amount(facts, "case_hours", "h", "with its case up to "),
        amount(facts, "days", "days", "runs up to "),
    )


def _made(facts: Facts) -> str:
    has = ", ".join(name for key, name in EXTRAS.items() if facts.has(key))
    radio = [facts.chosen(key, "en") for key in ("wifi", "bluetooth")]
    water, system = facts.chosen("water", "en"), facts.word("os")
    material, strap = facts.chosen("material", "en"), facts.chosen("strap", "en")
    return sentence(
        f"made of {material}" if material else "",
        f"{strap} strap" if strap else "",
        ends(facts),
        amount(facts, "cable_m", "m long"),
        amount(facts, "port_count", "ports"),
        amount(facts, "pressure", "pressure levels"),
        f"has {has}" if has else "",
        *radio,
        f"{water} against water and dust" if water else "",
        f"{system} at release" if system else "",
    )
