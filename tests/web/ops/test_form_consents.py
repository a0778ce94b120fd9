"""Kept texts where forms ask for consent: chosen by version, shown as they are, recorded as they were shown."""

import pytest

from contacts.enums import ConsentPurpose
from contacts.models import Consent, ConsentText
from contacts.services import add_consent_text
from leads.form_content import read_content
from leads.models import Form
from scrm.core import clock
from tests.web.ops.forms import DRAFT, publish
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def form(desk) -> Form:
    return make_form(published=False)


def keep(text: str, purpose: ConsentPurpose = ConsentPurpose.PROFILING) -> ConsentText:
    version = add_consent_text(purpose=purpose, texts={"en": text}, by=None, now=clock.now())
    return ConsentText.objects.get(version=version)


def asking(text: ConsentText | str) -> dict[str, str]:
    """The builder's draft, with a consent behind its other questions."""
    place = int(DRAFT["q-count"])
    key = str(text.pk) if isinstance(text, ConsentText) else text
    asked = {"kind": "consent", "id": "9", "label": "Words of somebody else", "text": key, "required": "on"}
    return {"q-count": str(place + 1)} | {f"q-{place}-{name}": value for name, value in asked.items()}


def test_what_was_shown_is_what_is_recorded(desk, form):
    first = keep("We may <choose> offers\nby what you do.")
    publish(desk, form, **asking(first))
    form.refresh_from_db()
    second = keep("We may choose anything.")

    page = reader().get(f"/f/{form.slug}").content.decode()
    send(form, question_9="on")
    publish(desk, form, **asking(second))
    form.refresh_from_db()
    send(form, question_9="on", phone="13900139000")

    assert "We may &lt;choose&gt; offers" in page
    assert "Words of somebody else" not in page
    told = [(each.purpose, each.text_version, each.proof["text"]) for each in Consent.objects.order_by("pk")]
    assert told == [
        ("profiling", first.version, first.text),
        ("profiling", second.version, second.text),
    ]


def test_builder_offers_the_newest_of_each_and_says_that_the_chosen_one_is_followed(desk, form):
    first, other = keep("One."), keep("Messages.", ConsentPurpose.MARKETING)
    second = keep("Two.")

    rows = desk.post(f"/forms/{form.pk}/questions/", {**DRAFT, **asking(first)}).context["rows"]
    page = desk.post(f"/forms/{form.pk}/questions/", {**DRAFT, **asking(second)})

    assert {key for key, _label in rows[-1].texts} == {str(each.pk) for each in (first, second, other)}
    assert (rows[-1].is_followed, rows[-1].question.label) == (True, "One.")
    newest = page.context["rows"][-1]
    assert {key for key, _label in newest.texts} == {str(second.pk), str(other.pk)}
    assert newest.is_followed is False
    assert "Two." in page.content.decode()


def test_text_that_there_is_not_leaves_the_words_of_the_form(desk, form):
    publish(desk, form, **asking("77"))
    form.refresh_from_db()
    send(form, question_9="on")

    [given] = Consent.objects.all()
    assert (given.purpose, given.proof["text"]) == ("marketing", "Words of somebody else")
    assert len(given.text_version) == 12


@pytest.mark.parametrize(
    "said", [{"text": "x"}, {"text": 7}, {"text": "7", "purpose": "nothing"}, {"text": "7"}, {"text": ["7"]}]
)
def test_question_that_was_kept_broken_has_no_text(said):
    question = {"kind": "consent", "label": "Yes?", "purpose": "marketing" if said == {"text": "x"} else None, **said}

    [read] = read_content({"questions": [question]}).questions

    assert (read.text, read.purpose, read.version) == ("", "", "")
