"""The builder of forms in the dashboard: drafts, publishing, settings, copies, preview and results."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from accounts.services import create_department
from campaigns.form_models import FormRoute
from campaigns.models import Campaign, Enrollment
from leads.models import Form, FormVersion, Lead, Source
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from tagging.models import Tag, TagAssignment
from tests.factories import make_live_sop, make_user
from tests.web.ops.forms import DRAFT, publish
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def source(desk) -> Source:
    return Source.objects.create(name="Fair", created_at=clock.now())


@pytest.fixture
def form(desk, source) -> Form:
    desk.post("/forms/new/", {"title": "Test drive", "source": str(source.pk)})
    return Form.objects.get()


def test_new_form_is_a_draft_that_nobody_finds(desk, form):
    page = desk.get(f"/forms/{form.pk}/").content.decode()

    assert "Your phone number" in page
    assert not form.active
    assert reader().get(f"/f/{form.slug}").status_code == 404


def test_draft_is_kept_as_it_was_entered_and_told_what_it_lacks(desk, form):
    answer = desk.post(f"/forms/{form.pk}/", {**DRAFT, "q-2-choice": ["V3"], "q-3-label": ""})

    text = desk.get(answer["Location"]).content.decode()
    assert "Offer two choices at least." in text
    assert "Write what is asked." in text
    form.refresh_from_db()
    assert [each["label"] for each in form.draft["questions"]] == ["Your name", "Your phone number", "Which model?", ""]
    assert not FormVersion.objects.exists()


def test_unfinished_draft_is_not_published(desk, form):
    publish(desk, form, **{"q-1-kind": "city"})

    form.refresh_from_db()
    assert not form.active
    assert not FormVersion.objects.exists()


def test_published_form_is_found_and_its_next_draft_changes_nothing_there(desk, form):
    publish(desk, form)
    desk.post(f"/forms/{form.pk}/", {**DRAFT, "q-2-label": "Which car?"})

    page = reader().get(f"/f/{form.slug}").content.decode()

    assert "Which model?" in page
    assert "Which car?" not in page
    form.refresh_from_db()
    assert (form.active, form.live_version, form.draft["questions"][2]["label"]) == (True, 1, "Which car?")


def test_question_keeps_the_name_of_its_answer_through_versions(desk, form):
    publish(desk, form)
    publish(desk, form, **{"q-2-label": "Which car?"})

    versions = list(FormVersion.objects.order_by("number"))
    assert [version.number for version in versions] == [1, 2]
    assert [version.content["questions"][2]["label"] for version in versions] == ["Which model?", "Which car?"]
    assert [version.content["questions"][2]["key"] for version in versions] == ["Which model?"] * 2


def test_page_of_an_older_version_is_taken_as_it_was_asked(desk, form):
    lay_out_tenant()
    publish(desk, form)
    page = reader().get(f"/f/{form.slug}")
    sealed = page.content.decode().split('name="version" value="')[1].split('"')[0]
    publish(desk, form, **{"q-2-choice": ["V7", "V9"], "q-2-tag": ["", ""], "q-3-show": ""})

    refused = send(form, question_3="V5")
    taken = send(form, version=sealed, question_3="V5")

    assert (refused.status_code, taken.status_code) == (422, 303)
    lead = Lead.objects.get()
    assert (lead.form_version, lead.attributes) == (1, {"Which model?": "V5"})


def test_seal_of_another_form_s_version_counts_for_nothing(desk, form):
    publish(desk, form)
    publish(desk, form, **{"q-2-choice": ["V7", "V9"], "q-2-tag": ["", ""], "q-3-show": ""})
    other = make_form({"kind": "text", "label": "Anything?"})
    sealed = reader().get(f"/f/{other.slug}").content.decode().split('name="version" value="')[1].split('"')[0]

    send(form, version=sealed, question_3="V7")

    assert Lead.objects.get().attributes == {"Which model?": "V7"}


def test_what_is_not_asked_is_neither_missed_nor_kept(desk, form):
    lay_out_tenant()
    publish(desk, form, **{"q-3-required": "on"})

    hidden = send(form, question_3="V3", question_4="typed before")
    missed = send(form, phone="13800138001", question_3="V5")
    answered = send(form, phone="13800138002", question_3="V5", question_4="Room")

    assert (hidden.status_code, missed.status_code, answered.status_code) == (303, 422, 303)
    said = list(Lead.objects.order_by("captured_at").values_list("attributes", flat=True))
    assert said == [{"Which model?": "V3"}, {"Which model?": "V5", "Why that one?": "Room"}]


def test_choice_gives_its_tag_with_the_form_as_evidence(desk, form):
    lay_out_tenant()
    tag = Tag.objects.filter(archived=False).select_related("group").first()
    publish(desk, form, **{"q-2-tag": ["", f"{tag.group.name} › {tag.name}", ""]})

    send(form, question_3="V3")
    send(form, phone="13800138001", question_3="V5")

    given = TagAssignment.objects.get(tag=tag)
    assert (given.source, given.evidence) == ("form", "Test drive")
    assert given.contact == Lead.objects.latest("captured_at").contact


def test_tag_that_is_not_there_is_told_and_not_published(desk, form):
    publish(desk, form, **{"q-2-tag": ["No such tag", "", ""]})

    assert "There is no tag “No such tag”" in desk.get(f"/forms/{form.pk}/?check=1").content.decode()
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize(
    ("action", "labels"),
    [
        ("up:1", ["Your phone number", "Your name", "Which model?", "Why that one?"]),
        ("down:0", ["Your phone number", "Your name", "Which model?", "Why that one?"]),
        ("up:0", ["Your name", "Your phone number", "Which model?", "Why that one?"]),
        ("down:3", ["Your name", "Your phone number", "Which model?", "Why that one?"]),
        ("move:3:0", ["Why that one?", "Your name", "Your phone number", "Which model?"]),
        ("remove:1", ["Your name", "Which model?", "Why that one?"]),
        ("double:2", ["Your name", "Your phone number", "Which model?", "Which model?", "Why that one?"]),
        ("add:date", ["Your name", "Your phone number", "Which model?", "Why that one?", ""]),
        ("add:phone", ["Your name", "Your phone number", "Which model?", "Why that one?"]),
        ("up:99", ["Your name", "Your phone number", "Which model?", "Why that one?"]),
        ("drop:x", ["Your name", "Your phone number", "Which model?", "Why that one?"]),
    ],
)
def test_button_changes_the_questions_and_saves_nothing(desk, form, action, labels):
    before = Form.objects.get().draft

    answer = desk.post(f"/forms/{form.pk}/questions/", {**DRAFT, "action": action})

    assert [row.question.label for row in answer.context["rows"]] == labels
    assert Form.objects.get().draft == before


def test_preview_shows_the_draft_in_a_frame_that_can_send_nothing(desk, form):
    answer = desk.post(f"/forms/{form.pk}/preview/", {**DRAFT, "title": "<b>Bold</b>"}).content.decode()

    assert 'sandbox="allow-scripts"' in answer
    assert "&amp;lt;b&amp;gt;Bold" in answer
    assert "<b>Bold" not in answer


def test_copy_is_a_draft_of_its_own(desk, form):
    publish(desk, form)

    desk.post(f"/forms/{form.pk}/copy/", {})

    copy = Form.objects.exclude(pk=form.pk).get()
    assert (copy.title, copy.active, copy.live_version) == ("Copy of Test drive", False, None)
    assert copy.draft["questions"][2]["label"] == "Which model?"
    assert copy.slug != form.slug


def test_form_taken_back_and_published_again_is_the_same_version(desk, form):
    publish(desk, form)
    for found in (404, 200):
        desk.post(f"/forms/{form.pk}/switch/", {})
        assert reader().get(f"/f/{form.slug}").status_code == found

    assert FormVersion.objects.count() == 1


def test_draft_thrown_away_leaves_what_is_live(desk, form):
    publish(desk, form)
    desk.post(f"/forms/{form.pk}/", {**DRAFT, "q-2-label": "Which car?"})

    desk.post(f"/forms/{form.pk}/drop/", {})

    assert Form.objects.get().draft is None
    assert "Which model?" in desk.get(f"/forms/{form.pk}/").content.decode()


# --- where the leads go -----------------------------------------------------------------------


def settle(desk, form, **said):
    return desk.post(
        f"/forms/{form.pk}/settings/",
        {"title": "Test drive", "source": str(form.source_id), "owner_rule": "turns", **said},
    )


def test_lead_goes_to_the_form_s_person_and_begins_its_sop(desk, form):
    lay_out_tenant()
    make_user("eva", takes_leads=True)
    max_, sop = make_user("max"), make_live_sop()
    publish(desk, form)
    settle(desk, form, owner_rule="person", person=str(max_.pk), sop=str(sop.pk))

    send(form, question_3="V3")
    send(form, question_3="V3")

    lead = Lead.objects.get()
    assert lead.owner == max_
    assert Enrollment.objects.get(sop=sop).lead == lead


def test_customer_of_somebody_stays_theirs(desk, form):
    lay_out_tenant()
    eva, max_ = make_user("eva", takes_leads=True), make_user("max")
    publish(desk, form)
    send(form, question_3="V3")
    settle(desk, form, owner_rule="person", person=str(max_.pk))
    clock.set_offset(timedelta(days=1, minutes=1))
    try:
        send(form, question_3="V3")
    finally:
        clock.set_offset(timedelta(0))

    assert set(Lead.objects.values_list("owner", flat=True)) == {eva.pk}


def test_team_shares_out_the_leads_of_its_form(desk, form):
    lay_out_tenant()
    north = create_department(name="North")
    shop = create_department(name="Shop", parent=north)
    make_user("eva", takes_leads=True)
    max_, nina = (
        make_user("max", takes_leads=True, department=shop),
        make_user("nina", takes_leads=True, department=north),
    )
    publish(desk, form)
    settle(desk, form, owner_rule="department", department=str(north.pk))

    for number in range(4):
        send(form, phone=f"1380013800{number}", question_3="V3")

    owners = list(Lead.objects.values_list("owner", flat=True))
    assert sorted(map(str, owners)) == sorted(map(str, [max_.pk, nina.pk] * 2))


def test_campaign_names_its_forms(desk, form):
    campaign = Campaign.objects.create(name="Autumn", created_at=clock.now())
    publish(desk, form)
    settle(desk, form, campaign=str(campaign.pk))

    assert "Test drive" in desk.get(f"/campaigns/{campaign.pk}/").content.decode()


@pytest.mark.parametrize(("rule", "words"), [("person", "Choose the person."), ("department", "Choose the team.")])
def test_rule_without_its_person_or_team_is_refused(desk, form, rule, words):
    answer = settle(desk, form, owner_rule=rule)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not FormRoute.objects.exists()


# --- results ----------------------------------------------------------------------------------


@pytest.fixture
def answered(desk, form) -> Form:
    lay_out_tenant()
    publish(desk, form, **{"q-2-kind": "choices"})
    ads = "?utm_source=ads&utm_medium=cpc&utm_campaign=spring"
    for address, query in (("192.0.2.1", ads), ("192.0.2.1", ads), ("192.0.2.2", ads), ("192.0.2.3", "")):
        client = reader()
        client.defaults["REMOTE_ADDR"] = address
        client.get(f"/f/{form.slug}{query}")
    send(form, query=ads, question_3=["V3", "V5"])
    return form


def test_results_count_people_by_where_they_came_from(desk, answered):
    answer = desk.get(f"/forms/{answered.pk}/results/")

    total = answer.context["total"]
    assert (total.views, total.visitors, total.begun, total.leads) == (3, 3, 1, 1)
    assert (round(total.bounce, 2), round(total.conversion, 2)) == (0.67, 0.33)
    ways = {row.name: (row.views, row.visitors, row.leads) for row in answer.context["ways"]}
    assert ways == {("ads", "cpc", "spring"): (2, 2, 1), ("", "", ""): (1, 1, 0)}
    tally = answer.context["tallies"][0]
    assert (tally.answered, tally.answers) == (1, [("V3", 1), ("V5", 1)])
    assert desk.get(f"/forms/{answered.pk}/results/chart/").json()["series"][0]["data"] == [3]


def test_ada_sees_no_views_beside_a_part_of_the_leads(desk, adas_desk, answered):
    answer = adas_desk.get(f"/forms/{answered.pk}/results/")

    assert answer.context["total"].leads == 0
    assert not answer.context["whole"]
    lines = list(
        csv.reader(StringIO(adas_desk.get(f"/forms/{answered.pk}/results/export/").content.decode("utf-8-sig")))
    )
    assert [line[4:7] for line in lines[1:]] == [["", "", ""]] * 2


def test_file_of_results_runs_in_no_spreadsheet(desk, answered):
    reader(**{"user-agent": "Mozilla/5.0 Other"}).get(f"/f/{answered.slug}?utm_source==1%2B1")

    text = desk.get(f"/forms/{answered.pk}/results/export/").content.decode("utf-8-sig")

    assert "'=1+1" in {line[1] for line in csv.reader(StringIO(text))}


def test_leads_of_a_form_are_a_list(desk, answered):
    send(make_form(), phone="13800138009")

    answer = desk.get(f"/leads/?form={answered.pk}")

    assert [lead.form for lead in answer.context["page"]] == [answered]
