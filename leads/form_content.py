"""What a hosted form holds: its words and questions, read from JSON however unfinished. Pure."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from contacts.enums import ConsentPurpose
from leads.enums import FieldKind
from scrm.core.ids import CODE_ALPHABET

QUESTIONS_MAX: Final = 40
CHOICES_MAX: Final = 30
STARS: Final = 5
KEY_MAX: Final = 80
BETWEEN: Final = "; "
"""Stands between the answers to a question with several; no choice holds it."""
COLOURS: Final = ("blue", "teal", "green", "amber", "red", "pink", "violet")

PERSONAL: Final = (FieldKind.NAME, FieldKind.PHONE, FieldKind.EMAIL, FieldKind.COMPANY, FieldKind.CITY)
"""What is asked once at most: it belongs to the person, not to the enquiry."""
NAMED: Final = (FieldKind.OWN, FieldKind.IDENTITY)
"""What stands for something of the business's own, by its code."""
CHOOSING: Final = (FieldKind.CHOICE, FieldKind.CHOICES)

_LIMITS: Final = {"title": 120, "intro": 2000, "button": 40, "thanks": 2000, "next_url": 500, "cover_alt": 200}
_LABEL_MAX: Final = {FieldKind.CONSENT: 4000}
_KEY: Final = re.compile(r"[1-9][0-9]{0,18}")
_VERSION_MAX: Final = 40
_USUAL_LABEL_MAX: Final = 200
_HINT_MAX: Final = 200
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ID: Final = re.compile(r"[1-9][0-9]{0,3}")
COVER_BITS: Final = 130
_COVER: Final = re.compile(f"[{CODE_ALPHABET}]{{{COVER_BITS // 5}}}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that is offered; `tags` are the ids of those that it gives."""

    label: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask only when the question of this id was answered by one of the values; none given: at all."""

    id: str
    values: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        """The values for the page's script."""
        return json.dumps(self.values, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `id` names it within its form, `key` its answer among a lead's attributes once published."""

    id: str
    kind: FieldKind
    label: str = ""
    key: str = ""
    help: str = ""
    placeholder: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    show: Condition | None = None
    field: str = ""
    """The code of the field, or of the kind of identity, of the business that it asks for."""
    text: str = ""
    """Of a consent: the key of the kept text that its label shows, with what it is for and its version."""
    purpose: str = ""
    version: str = ""

    @property
    def name(self) -> str:
        """Of its input on the page."""
        return self.kind.value if self.kind in PERSONAL else f"question_{self.id}"

    @property
    def offered(self) -> list[str]:
        """What can be answered, where that is a list."""
        if self.kind == FieldKind.RATING:
            return [str(star) for star in range(1, STARS + 1)]
        return [choice.label for choice in self.choices] if self.kind in CHOOSING else []


@dataclass(frozen=True, slots=True)
class Content:
    """All that a version of a form shows."""

    title: str = ""
    intro: str = ""
    button: str = ""
    colour: str = ""
    thanks: str = ""
    next_url: str = ""
    cover: str = ""
    """The code of the picture above it."""
    cover_alt: str = ""
    questions: tuple[Question, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `read_content` reads."""
        return asdict(self)

    @property
    def fields(self) -> list[str]:
        """The codes of the fields of the business that it asks for."""
        return [each.field for each in self.questions if each.kind == FieldKind.OWN]

    @property
    def kinds(self) -> list[str]:
        """The codes of the business's own kinds of identity that it asks for."""
        return [each.field for each in self.questions if each.kind == FieldKind.IDENTITY]

    def question(self, question_id: str) -> Question | None:
        return next((each for each in self.questions if each.id == question_id), None)


def read_content(raw: object) -> Content:
    """A form's content, whatever was kept: what can't be is left out, what is too long is cut."""
    said = raw if isinstance(raw, Mapping) else {}
    words = {name: _text(said.get(name), limit) for name, limit in _LIMITS.items()}
    colour, cover = said.get("colour"), said.get("cover")
    found = said.get("questions")
    questions = [_question(each) for each in (found if isinstance(found, list | tuple) else [])[:QUESTIONS_MAX]]
    return Content(
        **words,
        colour=colour if colour in COLOURS else "",
        cover=cover if isinstance(cover, str) and _COVER.fullmatch(cover) else "",
        questions=_with_ids(each for each in questions if each is not None),
    )


def with_keys(content: Content, before: Content | None = None) -> Content:
    """Each question with the name of its answer: the one it had in the version before, else its label."""
    kept = {each.id: each.key for each in before.questions if each.key} if before else {}
    # A question that changed its kind is another question, though its place is the same.
    kinds = {each.id: each.kind for each in before.questions} if before else {}
    keys = {each.id: kept[each.id] for each in content.questions if kinds.get(each.id) == each.kind and each.id in kept}
    taken = set(keys.values())
    for each in content.questions:
        if each.id not in keys:
            keys[each.id] = _free(each.kind.value if each.kind in PERSONAL else each.label[:KEY_MAX], taken)
            taken.add(keys[each.id])
    return replace(content, questions=tuple(replace(each, key=keys[each.id]) for each in content.questions))


def next_id(questions: Iterable[Question]) -> str:
    return str(max((int(each.id) for each in questions if each.id), default=0) + 1)


def plain(text: str, *, lines: bool = False) -> str:
    """Without what no column takes: controls and halves of characters. One line, unless `lines`."""
    if lines:
        kept = (each for each in text.replace("\r\n", "\n") if each == "\n" or _shows(each))
        return "".join(kept).strip()
    return " ".join("".join(each if _shows(each) else " " for each in text).split())


def _shows(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs")


def _question(raw: object) -> Question | None:
    said = raw if isinstance(raw, Mapping) else {}
    if said.get("kind") not in FieldKind.values:
        return None
    kind, question_id = FieldKind(said["kind"]), str(said.get("id", ""))
    field = said.get("field")
    if kind in NAMED and not (isinstance(field, str) and _FIELD.fullmatch(field)):
        return None
    choices = said.get("choices")
    given = [_choice(each) for each in (choices if isinstance(choices, list | tuple) else [])]
    named = {each.label: each for each in given if each.label}
    return Question(
        id=question_id if _ID.fullmatch(question_id) else "",
        kind=kind,
        label=_text(said.get("label"), _LABEL_MAX.get(kind, _USUAL_LABEL_MAX)),
        key=_text(said.get("key"), KEY_MAX),
        help=_text(said.get("help"), _HINT_MAX),
        placeholder=_text(said.get("placeholder"), _HINT_MAX),
        required=said.get("required") is True,
        choices=tuple(named.values())[:CHOICES_MAX] if kind in CHOOSING else (),
        show=_condition(said.get("show")),
        field=str(field) if kind in NAMED else "",
        **(_kept_text(said) if kind == FieldKind.CONSENT else {}),
    )


def _kept_text(said: Mapping[str, Any]) -> dict[str, str]:
    key, purpose, version = (said.get(name) for name in ("text", "purpose", "version"))
    if not isinstance(key, str) or not _KEY.fullmatch(key) or purpose not in ConsentPurpose.values:
        return {}
    return {"text": key, "purpose": str(purpose), "version": _text(version, _VERSION_MAX)}


def _choice(raw: object) -> Choice:
    said = raw if isinstance(raw, Mapping) else {}
    tags = said.get("tags")
    given = [each for each in (tags if isinstance(tags, list | tuple) else []) if isinstance(each, str) and each]
    return Choice(_text(said.get("label"), KEY_MAX), tuple(dict.fromkeys(given)))


def _condition(raw: object) -> Condition | None:
    said = raw if isinstance(raw, Mapping) else {}
    question_id, values = said.get("id"), said.get("values")
    if not isinstance(question_id, str) or not _ID.fullmatch(question_id):
        return None
    given = [_text(each, KEY_MAX) for each in (values if isinstance(values, list | tuple) else [])]
    return Condition(question_id, tuple(dict.fromkeys(filter(None, given))))


def _with_ids(given: Iterable[Question]) -> tuple[Question, ...]:
    """Each question under an id of its own."""
    questions: list[Question] = []
    waiting = list(given)
    for each in waiting:
        if not each.id or any(each.id == other.id for other in questions):
            questions.append(replace(each, id=next_id([*waiting, *questions])))
        else:
            questions.append(each)
    return tuple(questions)


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        ending = f" {number}"
        free = name[: KEY_MAX - len(ending)] + ending
    return free


def _text(raw: object, limit: int) -> str:
    return plain(raw, lines=True)[:limit].rstrip() if isinstance(raw, str) else ""
