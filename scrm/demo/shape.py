"""What a demo business is made of."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.enums import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A demo account; everybody's password follows from the user name."""

    username: str
    full_name: str
    role: Role
    department: str = ""

    @property
    def password(self) -> str:
        return f"demo-{self.username}-2026"


@dataclass(frozen=True, slots=True)
class Channel:
    """A source: `weight` is its part of all leads, `per_day` what it costs, `warmth` how well its leads turn out."""

    name: str
    kind: str
    weight: int
    per_day: int
    warmth: float
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    name: str
    group: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """A material of the content library."""

    title: str
    summary: str
    topic: str
    body: str


@dataclass(frozen=True, slots=True)
class Plan:
    """An SOP with its steps; `material` of a step is the place of a piece."""

    name: str
    summary: str
    steps: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Business:
    schema: str
    name: str
    zone: str
    language: str
    region: str
    currency: str
    chinese_names: float
    departments: tuple[tuple[str, str], ...]
    people: tuple[Person, ...]
    channels: tuple[Channel, ...]
    cities: tuple[str, ...]
    tags: tuple[tuple[str, bool, tuple[tuple[str, str], ...]], ...]
    attributes: dict[str, tuple[str, ...]]
    items: tuple[Item, ...]
    pieces: tuple[Piece, ...]
    live: Plan
    draft: Plan
    form: dict[str, Any]
    segments: tuple[tuple[str, dict[str, Any]], ...]
    campaign: str
    said: tuple[str, ...]
    file: tuple[str, tuple[str, ...]]
    system: str

    @property
    def domain(self) -> str:
        return f"{self.schema}.localhost"
