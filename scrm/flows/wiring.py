"""Start-up: each room hands the scheduler its due sources."""


def connect() -> None:
    """Called once when Django is ready."""
