"""Tags found by points, at the dashboard: what counts is said, tried, switched on, and what it did is seen."""

from events.inputs import Happening
from events.models import EventType
from exchange.models import Job
from scrm.core import clock
from scrm.flows.engagement import events_happened
from tagging.models import TagScoring, TagSignal
from tests.factories import make_contact
from tests.flows.tagging_world import finish, held, make_tags
from tests.web.ops.conftest import Desk

SCHEME = {"half_life_days": 10, "least": 3, "lead": "1.5"}


def test_points_are_said_tried_and_switched_on(desk):
    EventType.objects.create(code="viewed", name="Viewed", properties={"style": "text"})
    casual, business = make_tags("Casual", "Business", exclusive=True, group="Style")
    lin, now = make_contact("Lin"), clock.now()
    said = {"style": "suit"}
    events_happened([Happening(lin.pk, "viewed", now, str(place), said) for place in range(3)], now=now)
    place = f"/tags/groups/{casual.group_id}/points/"
    assert "Nothing counts yet" in desk.get(place).content.decode()

    for tag, value in ((casual, "sneaker"), (business, "suit")):
        desk.post(
            f"{place}signals/", {"tag": tag.pk, "event_type": "viewed", "points": 1, "named": "style", "value": value}
        )
    desk.post(f"{place}save/", SCHEME)
    page = desk.get(place).content.decode()
    assert "Business 3.0" in page
    job = desk.post(f"{place}switch/")["Location"]
    assert job.startswith("/tags/runs/")
    finish(Job.objects.latest("created_at"))

    assert held(business) == {"Lin"}
    assert "Lin" in desk.get(place).content.decode()
    assert desk.get(job).status_code == 200
    desk.post(f"{place}signals/{TagSignal.objects.first().pk}/remove/")
    assert not TagScoring.objects.get().active


def test_what_is_wrong_stands_at_its_field(desk, tenant):
    casual, _business = make_tags("Casual", "Business", exclusive=True, group="Style")
    place = f"/tags/groups/{casual.group_id}/points/"

    assert desk.post(f"{place}save/", {**SCHEME, "lead": "1"}).status_code == 422
    assert desk.post(f"{place}signals/", {"tag": casual.pk, "event_type": "nothing", "points": 1}).status_code == 422
    assert not TagScoring.objects.exists()


def test_ada_reads_and_changes_nothing(ada, tenant):
    casual, _business = make_tags("Casual", "Business", exclusive=True, group="Style")
    reader, place = Desk(tenant, ada), f"/tags/groups/{casual.group_id}/points/"

    assert reader.get(place).status_code == 200
    assert reader.post(f"{place}save/", SCHEME).status_code == 403
    assert not TagScoring.objects.exists()
