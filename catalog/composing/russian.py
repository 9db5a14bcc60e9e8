"""Russian titles and descriptions: number, case and gender by rule."""

from collections.abc import Callable

from catalog.models import Kind

from .facts import Facts, sentence

NO_BREAK = "\u00a0"
NARROW = "\u202f"
NOUNS = {
    Kind.PHONE: "смартфон",
    Kind.TABLET: "планшет",
    Kind.EARBUDS: "наушники",
    Kind.HEADPHONES: "наушники",
    Kind.WATCH: "смарт-часы",
    Kind.BAND: "фитнес-браслет",
    Kind.CHARGER: "зарядное устройство",
    Kind.POWER_BANK: "внешний аккумулятор",
    Kind.CABLE: "кабель",
    Kind.STYLUS: "стилус",
    Kind.KEYBOARD: "клавиатура",
    Kind.CASE: "чехол",
    Kind.HUB: "хаб",
    Kind.SPEAKER: "портативная колонка",
}
COVERS = {"book": "чехол-книжка", "bumper": "чехол-бампер", "pouch": "чехол-футляр"}
FITS = {
    "in-ear": "внутриканальная посадка",
    "earbud": "посадка вкладышами",
    "open": "открытая посадка",
    "on-ear": "накладная посадка",
    "over-ear": "полноразмерная посадка",
}
MATERIALS = {
    "silicone": "силикона",
    "tpu": "термополиуретана",
    "polycarbonate": "поликарбоната",
    "leather": "кожи",
    "faux-leather": "экокожи",
    "aramid": "арамида",
    "fabric": "ткани",
    "glass": "стекла",
    "metal": "металла",
    "fluoroelastomer": "фторкаучука",
    "nylon": "нейлона",
}
MILLION, TEN_THOUSAND = 1_000_000, 10_000
BY_HAND = {1: "одним", 2: "двумя", 3: "тремя", 4: "четырьмя", 5: "пятью"}


def number(value: float) -> str:
    """A comma for the decimals, a narrow space between thousands from ten thousand on."""
    whole, sign, rest = (
        f"{value:g}".partition(".") if value < MILLION else (str(int(value)), "", "")
    )
    spaced = f"{int(whole):,}".replace(",", NARROW) if int(whole) >= TEN_THOUSAND else whole
    return f"{spaced},{rest}" if sign else spaced


def is_one(value: float) -> bool:
    """1, 21, 101 stand with the singular, 11 and 111 do not."""
    return value == int(value) and value % 10 == 1 and value % 100 != 11


def is_few(value: float) -> bool:
    """2, 3, 4, 22, but not 12."""
    return value == int(value) and 2 <= value % 10 <= 4 and not 12 <= value % 100 <= 14


def counted(value: float, one: str, few: str, many: str) -> str:
    """`1 порт`, `2 порта`, `5 портов`; a fraction stands with the genitive: `1,5 порта`."""
    noun = few if is_few(value) or value != int(value) else many
    return f"{number(value)}{NO_BREAK}{one if is_one(value) else noun}"


def up_to(value: float, one: str, many: str) -> str:
    """Behind `до` stands the genitive: `до 1 часа`, `до 21 дня`, `до 7,5 часа`, `до 12 часов`."""
    noun = one if is_one(value) or value != int(value) else many
    return f"до {number(value)}{NO_BREAK}{noun}"


def with_(value: int, one: str, many: str) -> str:
    """Behind `с` stands the instrumental: `с одним объективом`, `с тремя объективами`."""
    figure = BY_HAND.get(value, number(value))
    return f"с {figure} {one if is_one(value) else many}"


def listed(*parts: str) -> str:
    """`5G`, `5G и NFC`, `5G, NFC и GPS`."""
    said = [part for part in parts if part]
    return " и ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))


def amount(facts: Facts, key: str, unit: str, before: str = "") -> str:
    value = facts.figure(key)
    return f"{before}{number(value)}{NO_BREAK}{unit}" if value else ""


def title(facts: Facts) -> str:
    """`Внешний аккумулятор Baseus Blade, 20 000 мА·ч, 100 Вт`."""
    name = f"{facts.brand} {facts.model}".strip()
    head = " ".join(filter(None, (_noun(facts), name, _behind(facts))))
    told = ", ".join(part for part in _tail(facts) if part)
    whole = f"{head}, {told}" if told else head
    return f"{whole[0].upper()}{whole[1:]}"


def _noun(facts: Facts) -> str:
    noun = str(NOUNS[Kind(facts.kind)])
    link = facts.choice("link")
    if facts.kind == Kind.EARBUDS or (facts.kind == Kind.HEADPHONES and link):
        return f"проводные {noun}" if link in ("jack", "usb-c") else f"беспроводные {noun}"
    if facts.kind == Kind.CHARGER:
        which = {"car": "автомобильное ", "pad": "беспроводное "}
        return which.get(facts.choice("ports"), which.get(facts.choice("plug"), "")) + noun
    return COVERS.get(facts.choice("cover"), noun)


def _behind(facts: Facts) -> str:
    """What belongs to the name without a comma."""
    model = facts.word("for_model")
    if model and not facts.tells(model):
        return f"для {model}"
    if facts.has("noise_cancelling") and not facts.tells("ANC"):
        return "с шумоподавлением"
    is_band = facts.kind == Kind.BAND and facts.has("nfc")
    return "с NFC" if is_band and not facts.tells("NFC") else ""


def _tail(facts: Facts) -> list[str]:
    def fresh(key: str, unit: str) -> str:
        return "" if facts.tells(facts.figure(key)) else amount(facts, key, unit)

    if facts.kind == Kind.POWER_BANK:
        return [fresh("battery_mah", "мА·ч"), fresh("charge_w", "Вт")]
    if facts.kind == Kind.CHARGER:
        return [fresh("charge_w", "Вт"), facts.chosen("ports", "ru")]
    if facts.kind == Kind.CABLE:
        return ["" if facts.tells(ends(facts, " ")) else ends(facts), *_cable(fresh)]
    if facts.kind == Kind.SPEAKER:
        return [fresh("power_w", "Вт")]
    if facts.kind == Kind.CASE:
        return [facts.chosen("material", "ru")]
    return [_ports(facts)] if facts.kind == Kind.HUB else []


def _cable(fresh: Callable[[str, str], str]) -> list[str]:
    return [fresh("charge_w", "Вт"), fresh("cable_m", "м")]


def ends(facts: Facts, between: str = " — ") -> str:
    """`USB-C — Lightning`."""
    both = [facts.chosen("cable_a", "ru"), facts.chosen("cable_b", "ru")]
    return between.join(both) if all(both) else ""


def _ports(facts: Facts) -> str:
    value = facts.figure("port_count")
    return counted(value, "порт", "порта", "портов") if value else ""


def about(facts: Facts) -> str:
    """A short paragraph of what is known; empty when nothing is."""
    parts = (_screen(facts), _cameras(facts), _sound(facts), _power(facts), _made(facts))
    return " ".join(filter(None, (*parts, _extras(facts), _system(facts))))


def _screen(facts: Facts) -> str:
    inch, kind = facts.figure("screen_inch"), facts.chosen("screen_kind", "ru")
    screen = " ".join(filter(None, ("экран", kind, f"{number(inch)}″" if inch else "")))
    rate = amount(facts, "refresh_hz", "Гц", "с частотой ")
    chip = facts.word("chipset")
    shown = " ".join(filter(None, (screen, rate))) if inch or kind else ""
    return sentence(shown, f"процессор {chip}" if chip else "")


def _cameras(facts: Facts) -> str:
    main, lenses = amount(facts, "main_camera_mp", "Мп"), facts.figure("cameras")
    count = with_(int(lenses), "объективом", "объективами") if lenses else ""
    rear = " ".join(filter(None, ("основная камера", main, count))) if main else ""
    front = amount(facts, "front_camera_mp", "Мп")
    said = f"фронтальная — {front}" if rear else f"фронтальная камера {front}"
    return sentence(rear, said if front else "")


def _sound(facts: Facts) -> str:
    return sentence(
        FITS.get(facts.choice("wear"), ""),
        amount(facts, "drivers_mm", "мм", "излучатели "),
        "активное шумоподавление" if facts.has("noise_cancelling") else "",
        amount(facts, "power_w", "Вт", "мощность звука "),
    )


def _power(facts: Facts) -> str:
    capacity = amount(facts, "battery_mah", "мА·ч", _capacity(facts))
    most = amount(facts, "charge_w", "Вт", _charges(facts))
    air = amount(facts, "wireless_charge_w", "Вт", "беспроводная до ")
    hours, all_hours, days = (facts.figure(key) for key in ("hours", "case_hours", "days"))
    lasts = [
        up_to(hours, "часа", "часов") if hours else "",
        f"с футляром {up_to(all_hours, 'часа', 'часов')}" if all_hours else "",
        up_to(days, "дня", "дней") if days else "",
    ]
    works = sentence(f"работает {', '.join(filter(None, lasts))}" if any(lasts) else "")
    return " ".join(filter(None, (sentence(capacity, most, air), works)))


def _capacity(facts: Facts) -> str:
    return "ёмкость " if facts.kind == Kind.POWER_BANK else "аккумулятор "


def _charges(facts: Facts) -> str:
    return "мощность до " if facts.kind in (Kind.CHARGER, Kind.POWER_BANK) else "зарядка до "


def _made(facts: Facts) -> str:
    material = MATERIALS.get(facts.choice("material"), "")
    strap = MATERIALS.get(facts.choice("strap"), "")
    length = facts.figure("cable_m")
    host = facts.chosen("host", "ru")
    pressure = facts.figure("pressure")
    levels = with_(int(pressure), "уровнем нажатия", "уровнями нажатия") if pressure else ""
    return sentence(
        f"сделан из {material}" if material else "",
        f"ремешок из {strap}" if strap else "",
        f"разъёмы {ends(facts)}" if ends(facts) else "",
        f"длина {number(length)}{NO_BREAK}м" if length else "",
        f"подключается к {host}" if host else "",
        _ports(facts),
        f"перо {levels}" if levels else "",
    )


def _extras(facts: Facts) -> str:
    named = {
        "five_g": "5G",
        "nfc": "NFC",
        "gps": "спутниковая навигация",
        "pulse": "датчик пульса",
        "oxygen": "измерение кислорода в крови",
        "calls": "звонки с часов",
        "gan": "технология GaN",
        "magnetic": "магнитное крепление",
        "backlight": "подсветка",
        "touchpad": "трекпад",
        "hdmi": "HDMI",
        "ethernet": "порт Ethernet",
        "card_reader": "слоты карт памяти",
    }
    has = [name for key, name in named.items() if facts.has(key)]
    radio = [facts.chosen("wifi", "ru"), facts.chosen("bluetooth", "ru")]
    all_of = listed(*has, *radio)
    water = facts.chosen("water", "ru")
    wet = sentence(f"защита от воды и пыли {water}" if water else "")
    return " ".join(filter(None, (f"Есть {all_of}." if all_of else "", wet)))


def _system(facts: Facts) -> str:
    system, sim = facts.word("os"), facts.chosen("sim", "ru")
    return sentence(
        f"система при выпуске {system}" if system else "", f"карты {sim}" if sim else ""
    )
