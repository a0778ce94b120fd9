"""Which requests change nothing, whatever their method."""

from typing import Final

from django.http import HttpRequest

SAFE: Final = {"GET", "HEAD", "OPTIONS"}

READS_BY_POST: Final = {
    # What is searched for stays out of addresses.
    "ops:search",
    "ops:segment_count",
    "ops:rule_builder",
    "ops:sop_steps",
}
"""Pages that are sent a form to show something of it."""


def changes_nothing(request: HttpRequest) -> bool:
    found = request.resolver_match
    return request.method in SAFE or (found is not None and found.view_name in READS_BY_POST)
