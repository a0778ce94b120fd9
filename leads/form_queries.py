"""The SQL of a form's tallies."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection

# Who makes up parameters can't fill the table: beyond so many a day they are counted together.
_COUNT_FORM_VISIT = """
WITH said AS (
    SELECT %(form)s::uuid AS form_id, %(on)s::date AS "on", %(source)s::text AS source, %(medium)s::text AS medium,
           %(campaign)s::text AS campaign
), known AS (
    SELECT said.*, EXISTS (
        SELECT 1 FROM leads_formtally t WHERE t.form_id = said.form_id AND t."on" = said."on"
        AND t.utm_source = source AND t.utm_medium = medium AND t.utm_campaign = campaign
    ) OR (
        SELECT count(*) FROM leads_formtally t WHERE t.form_id = said.form_id AND t."on" = said."on"
    ) < %(most)s AS has_room
    FROM said
), counted AS (
    INSERT INTO leads_formtally (form_id, "on", utm_source, utm_medium, utm_campaign, views, visitors, begun)
    SELECT form_id, "on", CASE WHEN has_room THEN source ELSE %(rest)s END, CASE WHEN has_room THEN medium ELSE '' END,
           CASE WHEN has_room THEN campaign ELSE '' END, %(views)s, %(visitors)s, %(begun)s
    FROM known
    ON CONFLICT (form_id, "on", utm_source, utm_medium, utm_campaign) DO UPDATE
    SET views = leads_formtally.views + EXCLUDED.views, visitors = leads_formtally.visitors + EXCLUDED.visitors,
        begun = leads_formtally.begun + EXCLUDED.begun
)
UPDATE leads_form SET views = views + %(views)s WHERE id = %(form)s AND %(views)s > 0
"""
TALLIES_A_DAY: Final = 500
THE_REST: Final = "…"
UTM_MAX: Final = 80


def count_form_visit(form_id: UUID, on: date, utm: Mapping[str, str], *, views: int, visitors: int, begun: int) -> None:
    """Add to a form's tally of the day, in one statement."""
    given = {name: utm.get(f"utm_{name}", "")[:UTM_MAX] for name in ("source", "medium", "campaign")}
    counts = {"views": views, "visitors": visitors, "begun": begun}
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT_FORM_VISIT,
            {"form": form_id, "on": on, "most": TALLIES_A_DAY, "rest": THE_REST, **given, **counts},
        )


PAGES_NEXT_DUE: Final = (
    "SELECT least((SELECT min(expires_at) FROM leads_spentpage), (SELECT min(expires_at) FROM leads_heldlead))"
)


_SPEND_PAGE = """
INSERT INTO leads_spentpage (digest, said, expires_at, form_id, network, is_held, spent_at)
VALUES (%(digest)s, %(said)s, %(expires_at)s, %(form_id)s, %(network)s, %(is_held)s, %(spent_at)s)
ON CONFLICT (digest) DO NOTHING RETURNING true
"""


def spend_page(values: Mapping[str, Any]) -> bool:
    """Whether the page is spent by this very call, with a value for each column; another's under way is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_SPEND_PAGE, values)
        return cursor.fetchone() is not None
