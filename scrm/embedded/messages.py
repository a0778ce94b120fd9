"""bin/messages: keeps the catalogues in step with what the product says, and finds what a translator owes."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scrm.embedded import catalogues, message_sources
from scrm.embedded.console import complain, say
from scrm.embedded.paths import ROOT

LANGUAGES = ("zh_Hans",)
# No dates and no names: a catalogue changes only where a text does.
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLACEHOLDER = re.compile(r"%\([^)]+\)[a-z]|%[sd%]|\{[a-z_]*\}")
_MARKUP = re.compile(r"</?[a-z][^>]*>")

Key = tuple[str | None, str]


def run(arguments: Sequence[str]) -> int:
    if list(arguments) not in ([], ["--check"]):
        complain("usage: bin/messages [--check]")
        return 2
    wanted = gather()
    if not arguments:
        for language in LANGUAGES:
            write(catalogue_file(language), language, wanted)
        catalogues.ensure()
    faults = [fault for language in LANGUAGES for fault in check(read(catalogue_file(language)), wanted)]
    for fault in faults:
        complain(fault)
    say(f"{len(wanted)} messages, {len(faults)} to be mended")
    return 1 if faults and arguments else 0


def catalogue_file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def gather() -> dict[Key, Any]:
    """What the product says today, as Babel's messages by context and singular."""
    from babel.messages.catalog import Message

    found: dict[Key, Any] = {}
    for said in message_sources.said():
        singular = said.text if isinstance(said.text, str) else said.text[0]
        message = found.setdefault((said.context, singular), Message(said.text, context=said.context))
        if isinstance(said.text, tuple) and not message.pluralizable:
            found[said.context, singular] = message = Message(said.text, "", message.locations, context=said.context)
        # A file is named once and without its line, which would change with every edit above it.
        if (said.place, None) not in message.locations:
            message.locations.append((said.place, None))
    return found


def read(file: Path) -> dict[Key, Any]:
    from babel.messages.pofile import read_po

    if not file.exists():
        return {}
    with file.open("rb") as source:
        catalogue = read_po(source, abort_invalid=True)
    return {_key(message): message for message in catalogue if message.id}


def write(file: Path, language: str, wanted: dict[Key, Any]) -> None:
    """Translations stay, what is no longer said goes, what is new comes empty."""
    from babel.messages.catalog import Catalog, Message
    from babel.messages.pofile import write_po

    known = read(file)
    fresh = Catalog(locale=language, fuzzy=False)
    for key, message in wanted.items():
        old = known.get(key)
        flags = old.flags & {"fuzzy"} if old else ()
        text = forms(old)[0] if old else ""
        string = (text,) if message.pluralizable else text
        fresh[message.id] = Message(message.id, string, message.locations, flags, context=message.context)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as target:
        target.write(_HEADER.format(language=language).encode())
        write_po(target, fresh, width=120, omit_header=True, ignore_obsolete=True, include_lineno=False)


def check(known: dict[Key, Any], wanted: dict[Key, Any]) -> Iterator[str]:
    for key, message in wanted.items():
        if key not in known:
            yield f"missing: {_name(message)} (run bin/messages)"
        elif message.pluralizable != known[key].pluralizable:
            yield f"plural changed: {_name(message)} (run bin/messages)"
        else:
            yield from (f"{fault}: {_name(message)}" for fault in _faults(known[key]))
    for key in known.keys() - wanted.keys():
        yield f"no longer said: {_name(known[key])} (run bin/messages)"


def _faults(message: Any) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    if not all(forms(message)):
        yield "untranslated"
        return
    # A singular may spell its number out; the plural has every placeholder.
    source = message.id[-1] if message.pluralizable else message.id
    for text in forms(message):
        if sorted(set(_PLACEHOLDER.findall(source))) != sorted(set(_PLACEHOLDER.findall(text))):
            yield f"other placeholders in “{text}”"
        if sorted(_MARKUP.findall(source)) != sorted(_MARKUP.findall(text)):
            yield f"other markup in “{text}”"
        if source[:1].isspace() != text[:1].isspace() or source[-1:].isspace() != text[-1:].isspace():
            yield f"other white space around “{text}”"


def forms(message: Any) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def _key(message: Any) -> Key:
    return message.context, message.id[0] if message.pluralizable else message.id


def _name(message: Any) -> str:
    text = message.id[0] if message.pluralizable else message.id
    return (
        f"“{text}”{f' [{message.context}]' if message.context else ''} in {', '.join(p for p, _ in message.locations)}"
    )
