"""Rows in the order in which somebody dragged them."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)


def ordered(posted: QueryDict, rows: Sequence[Row], name: str = "row") -> list[Row]:
    """The rows in the order as posted; `up` or `down` moves one of them, for those who don't drag."""
    by_id = {str(row.pk): row for row in rows}
    wanted = [by_id[pk] for pk in dict.fromkeys(posted.getlist(name)) if pk in by_id]
    wanted += [row for row in rows if row not in wanted]
    for way, step in (("up", -1), ("down", 1)):
        moved = by_id.get(posted.get(way, ""))
        if moved is not None:
            at = wanted.index(moved)
            to = min(max(at + step, 0), len(wanted) - 1)
            wanted[at], wanted[to] = wanted[to], wanted[at]
    return wanted
