"""Contacts in the dashboard."""

from datetime import timedelta

from accounts.enums import Role
from accounts.models import AuditEntry
from contacts.enums import ChannelKind
from contacts.models import Contact, Identity
from contacts.selectors import marks_of
from events.inputs import Happening
from lifecycle.models import Position, Stage
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.engagement import events_happened
from scrm.web.timeline import PAGE, Place, story_of
from tagging.models import Tag, TagAssignment
from tests.factories import make_user
from tests.flows.arrivals import make_arrival
from tests.web.ops.conftest import Desk


def arrive(number: int = 1, **said) -> Contact:
    [outcome] = lead_arrived([make_arrival(number, **said)], now=clock.now())
    return Contact.objects.get(pk=outcome.contact_id)


def test_list_narrows_by_stage_and_tag(desk):
    one, _two = arrive(1), arrive(2)
    tag = Tag.objects.get(code="asked-price")
    desk.post(f"/contacts/{one.pk}/tag/", {"tag": str(tag.pk), "action": "add"})

    page = desk.get("/contacts/", tag=str(tag.pk), stage=str(Stage.objects.get(code="captured").pk)).content.decode()

    assert "Person 1" in page
    assert "Person 2" not in page


def test_list_costs_the_same_for_one_contact_and_for_three(desk, django_assert_num_queries):
    arrive(1)
    desk.get("/contacts/")
    with django_assert_num_queries(17):
        desk.get("/contacts/")
    arrive(2)
    arrive(3)
    with django_assert_num_queries(17):
        desk.get("/contacts/")


def test_detail_costs_the_same_whatever_happened(desk, django_assert_num_queries):
    contact = arrive(1)
    desk.get(f"/contacts/{contact.pk}/")
    with django_assert_num_queries(36):
        desk.get(f"/contacts/{contact.pk}/")
    events_happened([Happening(contact.pk, "page_visited", clock.now(), f"v{n}") for n in range(5)], now=clock.now())
    arrive(1, key="again")
    with django_assert_num_queries(36):
        desk.get(f"/contacts/{contact.pk}/")


def test_detail_is_not_found_for_who_may_not_see_it(adas_desk, cais_desk):
    contact = arrive(1, owner_id=make_user("eve").pk)

    for path in ("", "timeline/?after=x"):
        assert adas_desk.get(f"/contacts/{contact.pk}/{path}").status_code == 404
        assert cais_desk.get(f"/contacts/{contact.pk}/{path}").status_code == 404


def test_reveal_shows_the_value_and_says_who_asked(desk):
    contact = arrive(1)
    phone = Identity.objects.get(contact=contact, kind="phone")

    answer = desk.post(f"/contacts/{contact.pk}/reveal/{phone.pk}/", htmx=True)

    entry = AuditEntry.objects.get(action="identity.revealed")
    assert "+8613800000001" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert (entry.actor, entry.subject_id) == (desk.user, str(contact.pk))
    assert "13800000001" not in str(entry.details)


def test_reveal_is_refused_to_auditors_and_for_others_contacts(tenant, adas_desk):
    contact = arrive(1, owner_id=make_user("eve").pk)
    phone = Identity.objects.get(contact=contact, kind="phone")
    path = f"/contacts/{contact.pk}/reveal/{phone.pk}/"

    assert Desk(tenant, make_user("uma", Role.AUDITOR)).post(path).status_code == 403
    assert adas_desk.post(path).status_code == 404
    assert not AuditEntry.objects.filter(action="identity.revealed").exists()


def test_tags_are_added_and_taken(desk):
    contact = arrive(1)
    tag = Tag.objects.get(code="asked-price")

    desk.post(f"/contacts/{contact.pk}/tag/", {"tag": str(tag.pk), "action": "add"})
    assert TagAssignment.objects.get(contact=contact).by == desk.user
    desk.post(f"/contacts/{contact.pk}/tag/", {"tag": str(tag.pk), "action": "remove"})

    assert not TagAssignment.objects.exists()


def test_move_puts_the_contact_in_the_stage(desk):
    contact = arrive(1)
    stage = Stage.objects.get(code="interested")

    desk.post(f"/contacts/{contact.pk}/move/", {"stage": str(stage.pk)})
    desk.post(f"/contacts/{contact.pk}/move/", {"stage": "nowhere"})

    assert Position.objects.get(contact=contact).stage == stage


def test_channel_is_barred_and_allowed_again(desk):
    contact = arrive(1)

    desk.post(f"/contacts/{contact.pk}/bar/", {"channel": "email"})
    assert [mark.channel for mark in marks_of(contact.pk)] == [ChannelKind.EMAIL]
    desk.post(f"/contacts/{contact.pk}/bar/", {"channel": "email", "action": "lift"})

    assert marks_of(contact.pk) == []


def test_edit_changes_the_card_and_keeps_a_trail(desk):
    contact = arrive(1)

    desk.post(f"/contacts/{contact.pk}/edit/", {"name": "Lin", "city": "Kiel", "country": "", "note": "Calls late"})

    contact.refresh_from_db()
    assert (contact.name, contact.city, contact.note) == ("Lin", "Kiel", "Calls late")
    assert AuditEntry.objects.filter(action="contact.edited", actor=desk.user).count() == 1


def test_story_pages_tell_everything_once_in_order(desk):
    contact = arrive(1)
    now = clock.now()
    # Many of one instant, so that a page ends among rows of equal time.
    happenings = [
        Happening(contact.pk, "page_visited", now - timedelta(minutes=n // 9), f"visit:{n}", {"url": f"/{n}"})
        for n in range(3 * PAGE)
    ]
    events_happened(happenings, now=now)

    told, after = [], None
    while True:
        story = story_of(contact.pk, after, viewer=desk.user, now=now)
        told += story.items
        if story.more_after is None:
            break
        after = Place.read(str(story.more_after))

    assert [item["at"] for item in told] == sorted((item["at"] for item in told), reverse=True)
    visits = [item["text"] for item in told if item["text"].startswith("/")]
    assert sorted(visits) == sorted(f"/{n}" for n in range(3 * PAGE))


def test_story_place_refuses_what_is_none():
    for text in ("", "x", "2026-01-01T00:00:00~1~x", "2026-01-01T00:00:00~0~1", "now~0~1"):
        assert Place.read(text) is None
