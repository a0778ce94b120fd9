"""Small whole numbers as forms and addresses send them."""


def small_count(text: str | None) -> int | None:
    """The number, below a million; None for anything else."""
    return int(text) if text and len(text) < 7 and text.isascii() and text.isdecimal() else None
