"""Words that were run together."""

from collections.abc import Callable, Iterator

SHORTEST, LONGEST = 3, 12
GLUED = 7
MOST_PARTS = 4
MOST_LETTERS = 24

Parts = tuple[str, ...]


def pieces(word: str) -> Iterator[str]:
    """Give every run of letters of a long word that may be a word of its own."""
    if GLUED <= len(word) <= MOST_LETTERS:
        for start in range(len(word) - SHORTEST + 1):
            for end in range(start + SHORTEST, min(start + LONGEST, len(word)) + 1):
                yield word[start:end]


def part(word: str, goods: Callable[[str], int]) -> Parts:
    """Part a word into the fewest known words, of those into the commonest; nothing if it is none.

    `goods` says in how many goods a word stands, 0 if it is not known well enough.
    """
    if not GLUED <= len(word) <= MOST_LETTERS:
        return ()
    best: dict[int, tuple[int, int, Parts]] = {0: (0, 0, ())}
    for end in range(SHORTEST, len(word) + 1):
        ways = []
        for start in range(max(0, end - LONGEST), end - SHORTEST + 1):
            common = goods(word[start:end]) if start in best else 0
            if common:
                number, rarest, parts = best[start]
                least = -common if not parts else max(rarest, -common)
                ways.append((number + 1, least, (*parts, word[start:end])))
        if ways:
            best[end] = min(ways)
    parts = best.get(len(word), (0, 0, ()))[2]
    return parts if 1 < len(parts) <= MOST_PARTS else ()
