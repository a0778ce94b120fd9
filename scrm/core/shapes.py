"""Small questions about values that came as JSON."""


def is_whole(value: object, low: int, high: int) -> bool:
    """Whether it is a whole number within the limits; true and false are not numbers."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
