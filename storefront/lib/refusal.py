"""What the trade says when it will not do something, in words a reader understands."""


class Refusal(Exception):
    """An expected refusal.

    The text is a translated sentence for the person who asked; it never holds personal data.
    """

    code = "refused"

    def __init__(self, text: str = "", **facts: object) -> None:
        super().__init__(text)
        self.text = text
        self.facts = facts

    def __str__(self) -> str:
        return str(self.text) or self.code
