"""Makes simulated deliveries look as if they had happened on time, in SQL, and the links that nothing sent."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from campaigns.enums import TouchState as S
from content.models import TrackedLink

# A lead is here and handed over within seconds of being captured.
_ON_TIME = (
    """
    UPDATE leads_lead SET assigned_at = captured_at + interval '20 seconds' WHERE assigned_at > captured_at
    """,
    """
    UPDATE contacts_contact contact SET created_at = lead.captured_at
    FROM (SELECT contact_id, min(captured_at) AS captured_at FROM leads_lead GROUP BY contact_id) lead
    WHERE lead.contact_id = contact.id
    """,
    """
    UPDATE lifecycle_stagetransition move SET at = contact.created_at FROM contacts_contact contact
    WHERE contact.id = move.contact_id AND move.from_stage_id IS NULL
    """,
    """
    UPDATE lifecycle_position place SET since = contact.created_at FROM contacts_contact contact
    WHERE contact.id = place.contact_id AND place.stage_id = (
        SELECT id FROM lifecycle_stage WHERE code = 'captured' AND lifecycle_id = place.lifecycle_id)
    """,
    """
    UPDATE leads_leadarrival arrival
    SET arrived_at = lead.captured_at, taken_at = lead.captured_at, starts_sops = true
    FROM leads_lead lead WHERE lead.id = arrival.lead_id AND job_id IS NULL AND message_id IS NULL
    """,
    "UPDATE events_event SET received_at = occurred_at + interval '1 second'",
    """
    UPDATE tagging_tagchange change SET at = contact.created_at FROM contacts_contact contact
    WHERE contact.id = change.contact_id AND change.source IN ('form', 'api', 'import')
    """,
)


def settle_on_time(now: datetime) -> None:
    """What the simulation did at the end of a step happened when it was due."""
    with connection.cursor() as cursor:
        for statement in _ON_TIME:
            cursor.execute(statement)
        # Mail goes out seconds after it is due.
        cursor.execute(
            f"""
            UPDATE campaigns_touchpoint SET sent_at = due_at + late.by, finished_at = due_at + late.by
            FROM (SELECT id, make_interval(secs => 1 + id %% 4) AS by FROM campaigns_touchpoint) late
            WHERE late.id = campaigns_touchpoint.id AND state = {S.SENT:d} AND due_at < %s
            """,
            [now],
        )


def do_tasks(now: datetime) -> list[int]:
    """Most tasks were done within hours, some were given up, today's and a few late ones wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH ended AS (
                UPDATE campaigns_reptask
                SET state = CASE WHEN touchpoint_id %% 12 = 0 THEN 'cannot' ELSE 'done' END,
                    reason = CASE WHEN touchpoint_id %% 12 = 0 THEN 'No answer after three calls' ELSE '' END,
                    finished_at = due_at + make_interval(mins => (20 + touchpoint_id * 37 %% 400)::int)
                WHERE state = 'open' AND due_at < %s - interval '14 hours' AND touchpoint_id %% 19 <> 0
                RETURNING touchpoint_id, state, finished_at)
            UPDATE campaigns_touchpoint touch
            SET state = CASE WHEN ended.state = 'done' THEN {S.SENT:d} ELSE {S.SKIPPED:d} END,
                sent_at = CASE WHEN ended.state = 'done' THEN ended.finished_at END,
                finished_at = ended.finished_at,
                reason = CASE WHEN ended.state = 'done' THEN NULL ELSE 'cannot' END
            FROM ended WHERE touch.id = ended.touchpoint_id AND touch.state = {S.WITH_REP:d}
            RETURNING touch.id
            """,
            [now],
        )
        return [row[0] for row in cursor.fetchall()]


def put_tasks_off(now: datetime) -> None:
    """A part of what waits was put off, to this very hour or to later, so that not all of it is late."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE campaigns_reptask
            SET snoozed_until = %s + make_interval(mins => CASE touchpoint_id %% 3
                WHEN 0 THEN 90 + (touchpoint_id * 37 %% 400)::int ELSE -(touchpoint_id * 7 %% 150)::int END)
            WHERE state = 'open' AND due_at < %s - interval '4 hours' AND touchpoint_id %% 2 = 0
            """,
            [now, now],
        )


def count_form_views() -> None:
    """Views of a form, about five for each lead it brought, most of them visitors, half of whom began to answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO leads_formtally (form_id, "on", utm_source, utm_medium, utm_campaign, views, visitors, begun)
            SELECT form_id, captured_at::date, coalesce(left(utm ->> 'utm_source', 80), ''), '',
                   coalesce(left(utm ->> 'utm_campaign', 80), ''), 5 * count(*) + 3, 4 * count(*) + 1, 2 * count(*)
            FROM leads_lead WHERE form_id IS NOT NULL GROUP BY 1, 2, 3, 5
            """
        )
        cursor.execute(
            "UPDATE leads_form form SET views = "
            "(SELECT coalesce(sum(views), 0) FROM leads_formtally WHERE form_id = form.id)"
        )


def answer_leads(rule_id: UUID, *, minutes: int, since: datetime, now: datetime) -> None:
    """Leads that somebody works on, or won, were answered: most in time, by some people faster than by others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO leads_responseclock (lead_id, rule_id, started_at, due_at, step, ended_at, ended_as)
            SELECT id, %(rule)s, captured_at, due, '', ended, CASE WHEN ended <= due THEN 'met' ELSE 'late' END
            FROM (
                SELECT l.id, l.captured_at, l.captured_at + make_interval(mins => %(minutes)s) AS due,
                    least(%(now)s, l.captured_at + make_interval(mins =>
                        3 + abs(hashtext(l.id::text)) %% (20 + abs(hashtext(u.username)) %% 30))) AS ended
                FROM leads_lead l JOIN accounts_user u ON u.id = l.owner_id
                WHERE l.captured_at > %(since)s AND l.status IN ('working', 'won')
            ) AS answered
            ON CONFLICT (lead_id) DO NOTHING
            """,
            {"rule": rule_id, "minutes": minutes, "since": since, "now": now},
        )


def own_links(wished: Collection[tuple[UUID, UUID]], now: datetime) -> dict[tuple[UUID, UUID], TrackedLink]:
    """Links of (material, contact) that no touchpoint carries: what a rep hands out in a chat."""
    missing = [TrackedLink(material_id=material, contact_id=contact, created_at=now) for material, contact in wished]
    TrackedLink.objects.bulk_create(missing, ignore_conflicts=True)
    contacts = {contact for _material, contact in wished}
    links = TrackedLink.objects.filter(contact__in=contacts, touchpoint_id=None, rep=None)
    return {(link.material_id, link.contact_id): link for link in links if link.contact_id}
