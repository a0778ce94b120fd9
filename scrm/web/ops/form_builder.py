"""What people enter in the builder of a form: its words, and its questions with the buttons that change them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.selectors import consent_text_list
from contacts.selectors.kinds import own_kinds
from leads.enums import FieldKind
from leads.form_content import (
    CHOICES_MAX,
    CHOOSING,
    NAMED,
    PERSONAL,
    QUESTIONS_MAX,
    Choice,
    Content,
    Question,
    next_id,
    read_content,
)
from leads.form_problems import problems
from scrm.flows.own_fields import own_fields
from scrm.web.counts import small_count
from tagging.selectors import tag_list_active

WORDS: Final = ("title", "intro", "button", "colour", "thanks", "next_url", "cover", "cover_alt")
COLOUR_NAMES: Final = {
    "": gettext_lazy("As the page"),
    "blue": gettext_lazy("Blue"),
    "teal": gettext_lazy("Teal"),
    "green": gettext_lazy("Green"),
    "amber": gettext_lazy("Amber"),
    "red": gettext_lazy("Red"),
    "pink": gettext_lazy("Pink"),
    "violet": gettext_lazy("Violet"),
}
OWN: Final = "own:"
KNOWN_BY: Final = "identity:"
_NAMED: Final = {OWN: FieldKind.OWN, KNOWN_BY: FieldKind.IDENTITY}
"""Before the code of a field or of a kind of identity of the business, where the builder names what is asked."""
_BLANK: Final = 2
"""A new question with choices has room for so many."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question as the builder draws it."""

    place: int
    question: Question
    kinds: list[tuple[str, Any]]
    choices: list[tuple[str, str]]
    above: list[tuple[str, str]]
    values: list[tuple[str, bool]]
    problems: Mapping[str, str]
    own: list[tuple[str, str]]
    texts: list[tuple[str, str]]
    is_followed: bool = False
    """Whether the text to agree to has a newer version."""

    @property
    def kind(self) -> str:
        """As the list of kinds has it."""
        return named(self.question) or self.question.kind.value

    @property
    def heading(self) -> str:
        return dict(self.own).get(self.kind) or str(self.question.kind.label)

    @property
    def prefix(self) -> str:
        return f"q-{self.place}"

    @property
    def has_hint(self) -> bool:
        kinds = (*PERSONAL, FieldKind.TEXT, FieldKind.LONG)
        return self.question.kind in kinds

    @property
    def others(self) -> list[tuple[str, str]]:
        """A field that can't be chosen any more stays chosen until another is."""
        return [] if not self.question.field or self.kind in dict(self.own) else [(self.kind, self.question.field)]


class Palette:
    """The tags that a choice may give, by the words in which the builder names them, the fields and kinds of identity
    to ask for, and the texts to agree to."""

    def __init__(self, role: str) -> None:
        fields, kinds = own_fields(role), own_kinds()
        self.asked = {f"{OWN}{field.code}": field.names[0] for field in fields}
        self.asked |= {f"{KNOWN_BY}{kind.code}": kind.label for kind in kinds}
        self.labels = self.asked | {f"{OWN}{field.code}": field.label for field in fields}
        self.texts = {str(text.pk): text for text in consent_text_list()}
        self.names = {str(tag.pk): f"{tag.group.name} › {tag.name}" for tag in tag_list_active()}
        self._ids = {name: pk for pk, name in self.names.items()}

    def text_choices(self, chosen: str) -> list[tuple[str, str]]:
        """The newest text of each purpose and language, and the one that is chosen."""
        newest: dict[tuple[str, str], str] = {}
        for key, text in self.texts.items():
            newest.setdefault((text.purpose, text.language), key)
        return [
            (key, f"{text.get_purpose_display()} · {text.version} ({text.language})")
            for key, text in self.texts.items()
            if key == chosen or key in newest.values()
        ]

    def is_followed(self, chosen: str) -> bool:
        """Whether the text has a newer version."""
        text = self.texts.get(chosen)
        if text is None:
            return False
        like = (each for each in self.texts.values() if (each.purpose, each.language) == (text.purpose, text.language))
        return next(like) is not text

    def id_of(self, name: str) -> str:
        """The tag of that name; a name that none has stays as it is, so that it can be told."""
        return self._ids.get(name, name)

    def name_of(self, given: str) -> str:
        return self.names.get(given, given)


def starting_content(title: str) -> Content:
    """What a new form asks: who somebody is and how to reach them."""
    asked = [
        {"kind": FieldKind.NAME, "label": _("Your name"), "required": True},
        {"kind": FieldKind.PHONE, "label": _("Your phone number")},
        {"kind": FieldKind.EMAIL, "label": _("Your e-mail address")},
    ]
    return read_content({"title": title, "questions": asked})


def posted_content(data: QueryDict, palette: Palette) -> Content:
    """The draft as the builder posts it, changed as the pressed button says."""
    size = min(small_count(data.get("q-count")) or 0, QUESTIONS_MAX)
    questions = [_posted(data, f"q-{place}", palette) for place in range(size)]
    content = read_content({**{name: data.get(name, "") for name in WORDS}, "questions": questions})
    action, _colon, detail = data.get("action", "").partition(":")
    return replace(content, questions=_changed(content.questions, action, detail, palette)) if action else content


def problems_of(content: Content, palette: Palette) -> dict[str, str]:
    """What the draft lacks; and which of its tags and fields are not there."""
    found = problems(content)
    for place, question in enumerate(content.questions):
        if question.field and named(question) not in palette.asked:
            found[f"{place}.kind"] = _("This field is archived, or not yours to fill: choose another answer.")
        unknown = [given for choice in question.choices for given in choice.tags if given not in palette.names]
        if unknown:
            text = _("There is no tag “%(name)s”; choose one of the list.") % {"name": unknown[0]}
            found.setdefault(f"{place}.choices", text)
    return found


def rows_of(content: Content, palette: Palette, found: Mapping[str, str], blank: str = "") -> list[Row]:
    """Each question with all that the builder shows of it; `blank` is the id of one with room for another choice."""
    return [
        _row(content, place, question, palette, found, room=question.id == blank)
        for place, question in enumerate(content.questions)
    ]


def question_kinds(content: Content) -> list[tuple[str, Any]]:
    """What can be added now, fields of the business left out."""
    taken = {question.kind for question in content.questions if question.kind in PERSONAL}
    return [(kind.value, kind.label) for kind in FieldKind if kind not in (*taken, *NAMED)]


def own_questions(content: Content, palette: Palette) -> list[tuple[str, str]]:
    """Fields and kinds of identity of the business that can be added now."""
    there = {named(question) for question in content.questions}
    return [(name, label) for name, label in palette.labels.items() if name not in there]


def named(question: Question) -> str:
    """What of the business's own it asks for; empty where it asks for something else."""
    return next((f"{before}{question.field}" for before, kind in _NAMED.items() if kind == question.kind), "")


def asks_for_room(data: QueryDict) -> str:
    """The id of the question whose button asked for one more choice."""
    action, _colon, detail = data.get("action", "").partition(":")
    return data.get(f"q-{detail}-id", "") if action == "choice" else ""


def _row(
    content: Content, place: int, question: Question, palette: Palette, found: Mapping[str, str], *, room: bool
) -> Row:
    taken = {each.kind for each in content.questions if each.kind in PERSONAL and each.id != question.id}
    choices = [(choice.label, palette.name_of(choice.tags[0]) if choice.tags else "") for choice in question.choices]
    empty = 1 if room else max(0, _BLANK - len(choices))
    if question.kind in CHOOSING and len(choices) < CHOICES_MAX:
        choices += [("", "")] * empty
    above = [(each.id, each.label) for each in content.questions[:place] if each.label]
    asked = content.question(question.show.id) if question.show else None
    said = question.show.values if question.show else ()
    prefix = f"{place}."
    return Row(
        place=place,
        question=question,
        kinds=[(kind.value, kind.label) for kind in FieldKind if kind not in (*taken, *NAMED)],
        choices=choices,
        above=above,
        values=[(value, value in said) for value in asked.offered] if asked else [],
        problems={name.removeprefix(prefix): text for name, text in found.items() if name.startswith(prefix)},
        own=[(name, label) for name, label in palette.labels.items() if name == named(question)]
        + own_questions(content, palette),
        texts=palette.text_choices(question.text) if question.kind == FieldKind.CONSENT else [],
        is_followed=palette.is_followed(question.text),
    )


def _posted(data: QueryDict, prefix: str, palette: Palette) -> dict[str, Any]:
    labels, names = data.getlist(f"{prefix}-choice"), data.getlist(f"{prefix}-tag")
    return {
        **{name: data.get(f"{prefix}-{name}", "") for name in ("id", "label", "help", "placeholder", "key")},
        **_kind_of(data.get(f"{prefix}-kind", "")),
        **_kept_text(data.get(f"{prefix}-text", ""), palette),
        "required": f"{prefix}-required" in data,
        "choices": [
            {"label": label, "tags": [palette.id_of(name.strip())] if name.strip() else []}
            for label, name in zip(labels, names, strict=False)
        ],
        "show": {"id": data.get(f"{prefix}-show", ""), "values": data.getlist(f"{prefix}-value")},
    }


def _kept_text(key: str, palette: Palette) -> dict[str, str]:
    """The words of a kept text as they are, whatever was sent along."""
    text = palette.texts.get(key)
    return {"text": key, "purpose": text.purpose, "version": text.version, "label": text.text} if text else {}


def _kind_of(said: str) -> dict[str, str]:
    for before, kind in _NAMED.items():
        if said.startswith(before):
            return {"kind": kind, "field": said.removeprefix(before)}
    return {"kind": said}


def _changed(questions: tuple[Question, ...], action: str, detail: str, palette: Palette) -> tuple[Question, ...]:
    """After one was added (`add:choice`), removed, doubled, or moved up, down or to a place (`move:4:0`)."""
    if action == "add":
        return tuple(_with_new(questions, detail, palette))
    places = [place for each in detail.split(":") if (place := small_count(each)) is not None]
    if not places or any(place >= len(questions) for place in places):
        return questions
    place, rest = places[0], list(questions)
    taken = rest.pop(place)
    match action:
        case "remove":
            return tuple(rest)
        case "double" if len(questions) < QUESTIONS_MAX and taken.kind not in (*PERSONAL, *NAMED):
            copy = replace(taken, id=next_id(questions), key="")
            return (*questions[: place + 1], copy, *questions[place + 1 :])
        case "up":
            rest.insert(max(place - 1, 0), taken)
        case "down":
            rest.insert(place + 1, taken)
        case "move" if len(places) == 2:
            rest.insert(places[1], taken)
        case _:
            return questions
    return tuple(rest)


def _with_new(questions: tuple[Question, ...], kind: str, palette: Palette) -> Iterator[Question]:
    yield from questions
    own = _kind_of(kind)
    if "field" in own:
        if kind in palette.asked and kind not in map(named, questions) and len(questions) < QUESTIONS_MAX:
            asked = FieldKind(own["kind"])
            yield Question(next_id(questions), asked, label=palette.asked[kind], field=own["field"])
        return
    if kind in FieldKind.values and FieldKind(kind) not in NAMED and len(questions) < QUESTIONS_MAX:
        asked = FieldKind(kind)
        is_taken = asked in PERSONAL and any(each.kind == asked for each in questions)
        if not is_taken:
            label = str(_USUAL.get(asked, ""))
            choices = tuple(Choice(_("Choice %(number)s") % {"number": number}) for number in (1, 2))
            yield Question(
                next_id(questions),
                asked,
                label=label,
                required=asked == FieldKind.CONSENT,
                choices=choices if asked in CHOOSING else (),
            )


_USUAL: Final = {
    FieldKind.NAME: gettext_lazy("Your name"),
    FieldKind.PHONE: gettext_lazy("Your phone number"),
    FieldKind.EMAIL: gettext_lazy("Your e-mail address"),
    FieldKind.COMPANY: gettext_lazy("Your company"),
    FieldKind.CITY: gettext_lazy("Your city"),
    FieldKind.CONSENT: gettext_lazy("I agree that you contact me by phone, message and e-mail."),
}
