"""Whom a password alone is not enough for. Pure."""

from typing import Final

from accounts.enums import Role

STRONG_ROLES: Final = frozenset({Role.PRINCIPAL, Role.ADMIN})
"""Who owns or rules a business, and who operates the platform: an operator's role is one of these."""


def needs_second_factor(role: str, *, is_operator: bool) -> bool:
    return is_operator or role in STRONG_ROLES
