"""The icons of the desks: which names are used, and the font cut down to them.

After a new icon or a new Unfold: uv run --no-project --with 'fonttools[woff]' python tests/icons.py
"""

import re
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "storefront/shadows/unfold/fonts/material-symbols"
NAMES = HERE / "names.txt"
FONT = "Material-Symbols-Outlined.woff2"
OURS = ("storefront/admin", "templates/admin", "storefront/settings.py")
# What says that a word is an icon, in Python and in templates.
NAMED = re.compile(
    r"""(?:\bicon["']?\s*[=:]\s*|SITE_SYMBOL":\s*)["']([a-z0-9_]+)["']"""
    r"""|material-symbols-outlined[^>]*>\s*([a-z0-9_]+)\s*<"""
    r"""|\bentry\(\s*_\("[^"]+"\),\s*"([a-z0-9_]+)"|\bcontent:"([a-z0-9_]+)\""""
)
# A word that stands alone between tags, where one of two icons is shown.
ALONE = re.compile(r"[>}]\s*([a-z0-9_]+)\s*[<{]")


def texts(unfold: Path) -> list[str]:
    """Everything that may name an icon: our desks, Unfold's Python, templates and styles."""
    places = [ROOT / each for each in OURS] + [unfold]
    files = [each for place in places for each in (place.rglob("*"), [place])]
    return [
        path.read_text(encoding="utf-8")
        for group in files
        for path in group
        if path.is_file() and path.suffix in {".py", ".html", ".css"}
    ]


def named(unfold: Path) -> set[str]:
    """Words that are surely icons, where they are written down as such."""
    found = (match for text in texts(unfold) for match in NAMED.findall(text))
    return {"".join(groups) for groups in found}


def installed() -> Path:
    """Where Unfold lies: in this Python, or in the environment of the house."""
    if (spec := find_spec("unfold")) and spec.origin:
        return Path(spec.origin).parent
    return next((ROOT / ".venv").glob("lib/python3*/site-packages/unfold"))


def cut() -> None:
    """Write the font with the icons that are named, or may be, and their list."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    unfold = installed()
    whole = unfold / "static/unfold/fonts/material-symbols" / FONT
    font = TTFont(whole)
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    ligatures = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, rest in getattr(table, "ligatures", {}).items():
                for one in rest:
                    name = "".join(letters.get(g, "?") for g in [first, *one.Component])
                    ligatures[name] = one.LigGlyph
    wrong = named(unfold) - set(ligatures)
    assert not wrong, f"no such icons: {wrong}"
    alone = {word for text in texts(unfold) for word in ALONE.findall(text)}
    kept = sorted(named(unfold) | alone & set(ligatures))
    options = subset.Options(flavor="woff2", layout_features=["liga", "rlig", "clig", "calt"])
    options.layout_closure = False
    options.glyph_names = False
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(kept) + "_", glyphs=[ligatures[name] for name in kept])
    cutter.subset(font)
    subset.save_font(font, HERE / FONT, options)
    NAMES.write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(len(kept), "icons,", (HERE / FONT).stat().st_size, "bytes of", whole.stat().st_size)


if __name__ == "__main__":
    cut()
