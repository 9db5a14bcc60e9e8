"""What a rule sees in people's words: links, addresses, phones, foul language."""

import re
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from storefront.lib import csvs

FOUL = Path(__file__).parent / "reference" / "foul_words.csv"
LINK = re.compile(
    r"https?://|\bwww\.|\b[\w-]+\.(?:com|net|org|ru|cn|shop|store|info|biz|top|xyz|me|io|рф)\b",
    re.IGNORECASE,
)
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")
# Ten digits and more, however they are grouped; prices and measures are shorter.
PHONE = re.compile(r"(?:\+|\b)\d(?:[\s().-]{0,2}\d){9,}")
ELSEWHERE = re.compile(
    r"\b(?:whatsapp|wechat|weixin|telegram|viber|вотсап|ватсап|вайбер|телеграм|вичат)\w*|微信|扣扣|\bQQ\b",
    re.IGNORECASE,
)


def worries(*texts: str) -> list[str]:
    """Name what a person should look at before others read it; nothing, if it may be shown."""
    text = "\n".join(texts)
    found = {
        _("a link"): LINK.search(text),
        _("an e-mail address"): MAIL.search(text),
        _("a phone number"): PHONE.search(text),
        _("a way to talk outside of the shop"): ELSEWHERE.search(text),
        _("foul language"): _foul().search(text.casefold().replace("ё", "е")),
    }
    return [name for name, hit in found.items() if hit]


def plain(text: str) -> str:
    """Give words as they are kept: no invisible signs, no runs of spaces and empty lines."""
    seen = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
    lines = [" ".join(line.split()) for line in seen.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@cache
def _foul() -> re.Pattern[str]:
    """Beginnings of words; Chinese has no spaces, so there it is found anywhere."""
    rows = csvs.read(FOUL)
    starts = "|".join(re.escape(row["word"]) for row in rows if row["language"] != "zh")
    anywhere = "|".join(re.escape(row["word"]) for row in rows if row["language"] == "zh")
    return re.compile(rf"\b(?:{starts})|(?:{anywhere})")


def tongue(text: str) -> str:
    """Name the language of somebody's words by their letters, for the `lang` attribute."""
    if re.search(r"[\u4e00-\u9fff]", text):
        return "zh-Hans"
    return "ru" if re.search(r"[а-яА-ЯёЁ]", text) else "en"
