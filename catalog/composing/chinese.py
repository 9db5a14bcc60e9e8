"""Chinese titles and descriptions."""

from catalog.models import Kind

from .facts import Facts, sentence

NOUNS = {
    Kind.PHONE: "智能手机",
    Kind.TABLET: "平板电脑",
    Kind.EARBUDS: "真无线耳机",
    Kind.HEADPHONES: "头戴式耳机",
    Kind.WATCH: "智能手表",
    Kind.BAND: "智能手环",
    Kind.CHARGER: "充电器",
    Kind.POWER_BANK: "移动电源",
    Kind.CABLE: "数据线",
    Kind.STYLUS: "触控笔",
    Kind.KEYBOARD: "键盘",
    Kind.CASE: "保护壳",
    Kind.HUB: "扩展坞",
    Kind.SPEAKER: "便携音箱",
}
EXTRAS = {
    "five_g": "5G",
    "nfc": "NFC",
    "gps": "卫星定位",
    "pulse": "心率监测",
    "oxygen": "血氧监测",
    "calls": "通话",
    "noise_cancelling": "主动降噪",
    "gan": "氮化镓技术",
    "magnetic": "磁吸",
    "backlight": "背光",
    "touchpad": "触控板",
    "hdmi": "HDMI",
    "ethernet": "网口",
    "card_reader": "读卡器",
}
PIXELS = 100  # a megapixel is a hundred times ten thousand


def amount(facts: Facts, key: str, unit: str, before: str = "") -> str:
    value = facts.figure(key)
    return f"{before}{value:g}{unit}" if value else ""


def title(facts: Facts) -> str:
    """`倍思 Blade 移动电源 20000mAh 100W`."""
    noun = NOUNS[Kind(facts.kind)]
    if facts.choice("link") in ("jack", "usb-c"):
        noun = "有线耳机" if facts.kind in (Kind.EARBUDS, Kind.HEADPHONES) else noun
    model = facts.word("for_model")
    fits = f"适用于 {model}" if model and not facts.tells(model) else ""
    parts = (facts.brand_zh, facts.model, noun, fits, *_tail(facts))
    return " ".join(part for part in parts if part)


def _tail(facts: Facts) -> list[str]:
    def fresh(key: str, unit: str) -> str:
        return "" if facts.tells(facts.figure(key)) else amount(facts, key, unit)

    if facts.kind == Kind.POWER_BANK:
        return [fresh("battery_mah", "mAh"), fresh("charge_w", "W")]
    if facts.kind == Kind.CHARGER:
        return [fresh("charge_w", "W"), facts.chosen("ports", "zh")]
    if facts.kind == Kind.CABLE:
        both = ends(facts)
        return [
            "" if facts.tells(both) else both,
            fresh("charge_w", "W"),
            fresh("cable_m", "米"),
        ]
    if facts.kind == Kind.CASE:
        return [facts.chosen("material", "zh")]
    return [fresh("power_w", "W")] if facts.kind == Kind.SPEAKER else []


def ends(facts: Facts) -> str:
    both = [facts.chosen("cable_a", "zh"), facts.chosen("cable_b", "zh")]
    return " 转 ".join(both) if all(both) else ""


def about(facts: Facts) -> str:
    """A short paragraph of what is known; empty when nothing is."""
    screen = f"{amount(facts, 'screen_inch', '英寸')} {facts.chosen('screen_kind', 'zh')}".strip()
    chip = facts.word("chipset")
    pixels = facts.figure("main_camera_mp")
    front = facts.figure("front_camera_mp")
    parts = (
        _said(
            f"{screen}屏幕" if screen else "",
            amount(facts, "refresh_hz", "Hz刷新率"),
            f"搭载{chip}" if chip else "",
        ),
        _said(
            f"后置{pixels * PIXELS:g}万像素主摄" if pixels else "",
            amount(facts, "cameras", "个后置镜头"),
            f"前置{front * PIXELS:g}万像素" if front else "",
        ),
        _power(facts),
        _made(facts),
    )
    return "".join(parts)


def _power(facts: Facts) -> str:
    return _said(
        amount(facts, "battery_mah", "mAh", "电池容量"),
        amount(facts, "charge_w", "W", "最高充电功率"),
        amount(facts, "wireless_charge_w", "W", "无线充电"),
        amount(facts, "power_w", "W", "输出功率"),
        amount(facts, "hours", "小时", "续航"),
        amount(facts, "case_hours", "小时", "配合充电盒"),
        amount(facts, "days", "天", "续航"),
    )


def _made(facts: Facts) -> str:
    has = "、".join(name for key, name in EXTRAS.items() if facts.has(key))
    radio = [facts.chosen(key, "zh") for key in ("wifi", "bluetooth")]
    water, system = facts.chosen("water", "zh"), facts.word("os")
    material, strap = facts.chosen("material", "zh"), facts.chosen("strap", "zh")
    return _said(
        f"材质为{material}" if material else "",
        f"{strap}表带" if strap else "",
        ends(facts),
        amount(facts, "cable_m", "米", "线长"),
        amount(facts, "port_count", "个接口"),
        amount(facts, "pressure", "级压感"),
        f"支持{has}" if has else "",
        *radio,
        f"{water}防水防尘" if water else "",
        f"出厂系统{system}" if system else "",
    )


def _said(*clauses: str) -> str:
    return sentence(*clauses, between="，", stop="。")
