"""The catalogues say everything that the product says, with the same placeholders; English needs none."""

import ast
import re

import pytest
from babel.messages.catalog import Message
from django.apps import apps
from django.utils import translation
from django.utils.translation import ngettext

from scrm.embedded import message_sources, messages
from tests.i18n import wording

HAN = re.compile(r"[\u4e00-\u9fff]")
PARTS_OF_ELEMENTS = "allauth/elements"
DEVELOPERS_SHEET = "components.html"


@pytest.fixture(scope="module")
def wanted():
    return messages.gather()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_catalogue_is_complete(language, wanted):
    known = messages.read(messages.catalogue_file(language))

    assert list(messages.check(known, wanted)) == []


def test_writing_a_catalogue_twice_changes_nothing(wanted, tmp_path):
    file = tmp_path / "django.po"
    file.write_bytes(messages.catalogue_file("zh_Hans").read_bytes())
    messages.write(file, "zh_Hans", wanted)
    once = file.read_text()

    messages.write(file, "zh_Hans", wanted)

    assert file.read_text() == once
    assert "-Date:" not in once


def test_chinese_is_chinese_or_the_same():
    """A text without a single Chinese character is a name, a code or a placeholder, and stays as it is."""
    known = messages.read(messages.catalogue_file("zh_Hans"))

    odd = {
        key[1]: text
        for key, message in known.items()
        for text in messages.forms(message)
        if not HAN.search(text)
        and text.lower() != key[1].lower().removesuffix("s")
        and text != key[1]
        and re.search(r"[a-z]{3}", re.sub(r"%\(\w+\)s", "", text))
    }

    assert odd == {}


@pytest.mark.parametrize(
    ("source", "translated", "fault"),
    [
        ("Saved", "", "untranslated"),
        ("%(n)s leads", "条线索", "placeholders"),
        ("%(n)s leads", "%(m)s 条线索", "placeholders"),
        ("<b>Paused</b>", "已暂停", "markup"),
        ("No more? %(link)s", " 不要了？%(link)s", "white space"),
    ],
)
def test_check_finds(source, translated, fault):
    message = Message(source, translated, [("some.py", None)])

    faults = list(messages.check({(None, source): message}, {(None, source): message}))

    assert len(faults) == 1
    assert fault in faults[0]
    assert source in faults[0]


def test_check_finds_what_is_fuzzy_missing_and_no_longer_said():
    fuzzy, gone = Message("Open", "打开", flags=["fuzzy"]), Message("Shut", "关上")
    new = Message("New")

    faults = list(
        messages.check(
            {(None, "Open"): fuzzy, (None, "Shut"): gone}, {(None, "Open"): Message("Open"), (None, "New"): new}
        )
    )

    assert [fault.split(":")[0] for fault in faults] == ["fuzzy", "missing", "no longer said"]


def test_merging_keeps_translations_and_drops_what_is_gone(tmp_path):
    file = tmp_path / "django.po"
    messages.write(file, "zh_Hans", {(None, "Lead"): Message("Lead", "线索"), (None, "Gone"): Message("Gone")})
    file.write_text(file.read_text().replace('msgid "Lead"\nmsgstr ""', 'msgid "Lead"\nmsgstr "线索"'))

    messages.write(
        file,
        "zh_Hans",
        {(None, "Lead"): Message(("Lead", "Leads")), ("shop", "Order"): Message("Order", context="shop")},
    )

    merged = messages.read(file)
    assert merged.keys() == {(None, "Lead"), ("shop", "Order")}
    assert messages.forms(merged[None, "Lead"]) == ("线索",)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{% translate "Open" context "task" %}', [("Open", "task")]),
        ("{% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}", [("Two lines", None)]),
        (
            "{% blocktranslate count n=n %}{{ n }} lead{% plural %}{{ n }} leads{% endblocktranslate %}",
            [(("%(n)s lead", "%(n)s leads"), None)],
        ),
        ('  <p>\n {% include "a.html" with label=_("Say \\"so\\"") %}', [('Say "so"', None)]),
        ("{% blocktranslate %}5% off{% endblocktranslate %}", [("5%% off", None)]),
    ],
)
def test_templates_are_read(template, found, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(template)

    assert list(message_sources.read(file)) == found


def test_english_needs_no_catalogue():
    with translation.override("en"):
        one, two = ngettext("%(n)s lead", "%(n)s leads", 1), ngettext("%(n)s lead", "%(n)s leads", 2)

    assert (one, two) == ("%(n)s lead", "%(n)s leads")


def test_chinese_has_one_form_for_every_number():
    with translation.override("zh-hans"):
        forms = {ngettext("T+%(n)s minute", "T+%(n)s minutes", n) for n in (0, 1, 2, 11)}

    assert forms == {"T+%(n)s 分钟"}


def test_no_template_shows_text_past_the_catalogue():
    files = [file for file in message_sources.template_files() if file.suffix in (".html", ".txt")]

    bare = {
        file.name: found
        for file in files
        if file.name != DEVELOPERS_SHEET and PARTS_OF_ELEMENTS not in file.as_posix()
        if (found := list(wording.bare_in_template(wording.read(file))))
    }

    assert bare == {}


def test_no_python_shows_text_past_the_catalogue():
    # The API's documentation is in English; its errors are not exempt, for they are raised elsewhere.
    files = [file for file in message_sources.python_files() if file.parts[-3:-1] != ("scrm", "api")]

    bare = [
        f"{file.name}:{line} {text}"
        for file in files
        for line, text in wording.bare_in_python(ast.parse(wording.read(file)))
    ]

    assert bare == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello there</p>",
        '<input placeholder="Your name">',
        '<button data-confirm="Really?">',
        '{% include "a.html" with title="Nothing yet" %}',
        '{{ name|default:"Nobody" }}',
    ],
)
def test_bare_text_in_a_template_is_found(template):
    assert len(list(wording.bare_in_template(template))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'forms.CharField(label="Your name")',
        'models.CharField("name", max_length=10)',
        'messages.success(request, f"Saved {name}")',
        'raise ValidationError("Too long")',
        '_(f"Hello {name}")',
        'class State(TextChoices):\n    OPEN = "open", "Open"',
    ],
)
def test_bare_text_in_python_is_found(source):
    assert len(list(wording.bare_in_python(ast.parse(source)))) == 1


def test_every_model_and_field_has_a_chinese_name():
    # The fields of a tenant and its domains are those of the library that switches between them.
    ours = {path.name for path in messages.ROOT.iterdir() if (path / "models.py").exists()} - {"tenants"}

    with translation.override("zh-hans"):
        names = {
            f"{model.__name__}.{field.name}": str(field.verbose_name)
            for model in apps.get_models()
            if model._meta.app_label in ours
            for field in model._meta.get_fields()
            if hasattr(field, "verbose_name") and field.editable and not field.primary_key
        }

    same = {"T", "SOP"}
    assert {key: name for key, name in names.items() if not HAN.search(name) and name not in same} == {}
