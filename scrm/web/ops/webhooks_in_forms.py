"""What people enter about a webhook in: its name, how it is signed, and what the fields of its sample become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contacts.custom.kinds import OwnKind
from exchange.enums import SignatureScheme
from exchange.models import WebhookEndpoint
from leads.field_readings import OwnField
from leads.hook_mapping import CONSENT, EVENT_ID, HOOK_TARGETS, LEAD_KEY, UTM, HookMapping, parse_hook_mapping
from leads.hook_presets import PRESETS
from leads.mapping import ATTRIBUTE, FIELD, IDENTITY
from scrm.web.ops.import_forms import LABELS

OWN_LABELS: Final[dict[str, str | Promise]] = {
    EVENT_ID: gettext_lazy("Id of the message"),
    LEAD_KEY: gettext_lazy("Id of the lead"),
    CONSENT: gettext_lazy("Consent (yes or no)"),
    **{name: name for name in UTM},
}


def preset_choices() -> list[tuple[str, Any]]:
    return [
        ("", pgettext_lazy("sender", "Something else")),
        *((name, preset.label) for name, preset in PRESETS.items()),
    ]


class NewEndpointForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which system will push to it.")
    )
    preset = forms.ChoiceField(
        label=gettext_lazy("Kind of sender"),
        choices=preset_choices,
        required=False,
        help_text=gettext_lazy("It begins with a sample and a mapping, which you adjust to what really comes."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Where a payload names no source of its own. One that is new is added."),
    )


class EndpointForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=80, required=False)
    start_sops = forms.BooleanField(label=gettext_lazy("Start SOPs for new leads"), required=False)
    scheme = forms.ChoiceField(label=gettext_lazy("Signature"), choices=SignatureScheme.choices)
    signature_header = forms.CharField(
        label=gettext_lazy("Header of the signature"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"placeholder": "X-Signature", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret"),
        max_length=200,
        required=False,
        strip=True,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    timestamp_header = forms.CharField(
        label=gettext_lazy("Header of the time"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Signed before the body, with a full stop between. Older than five minutes is refused."),
    )
    event_header = forms.CharField(
        label=gettext_lazy("Header of the message's id"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("By it a message that is sent again is known. Without one, a field may say it."),
    )

    def __init__(self, data: Any, *, endpoint: WebhookEndpoint) -> None:
        names = ("name", "source", "start_sops", "scheme", "signature_header", "timestamp_header", "event_header")
        super().__init__(data, initial={name: getattr(endpoint, name) for name in names})
        if endpoint.secret_hint:
            words = _("Kept sealed; it ends with %(hint)s. A new one lets the old one count for two more days.")
            self.fields["secret"].help_text = words % {"hint": endpoint.secret_hint}
        else:
            self.fields["secret"].help_text = _("Kept sealed, and never shown again.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("signature_header", "timestamp_header", "event_header"):
            said = cleaned.get(name, "")
            if said and not (said.isascii() and said.replace("-", "").replace("_", "").isalnum()):
                self.add_error(name, _("A header's name has letters, digits and hyphens only."))
        return cleaned


class SampleForm(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("Paste what the other system sends"),
        max_length=100_000,
        strip=True,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
    )


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One path of the sample, as the mapping editor shows it."""

    number: int
    path: str
    sample: str
    chosen: str
    choices: Sequence[tuple[str, str | Promise]]
    own: Sequence[tuple[str, str]]
    problems: Sequence[str] = ()
    error: str = ""


def field_rows(
    said: Mapping[str, str],
    mapping: HookMapping,
    problems: Mapping[str, list[str]],
    errors: Mapping[str, str],
    own: Sequence[OwnField],
    kinds: Sequence[OwnKind],
) -> list[FieldRow]:
    """Every path of the sample, and those that the mapping knows and the sample lacks."""
    labels = {**LABELS, **OWN_LABELS}
    base = [("", _("Leave out")), *((target, labels.get(target, target)) for target in HOOK_TARGETS)]
    base += [(f"{IDENTITY}{kind.code}", kind.label) for kind in kinds]
    fields = [(f"{FIELD}{field.code}", field.label) for field in own]
    rows = []
    for number, path in enumerate(dict.fromkeys([*said, *mapping.fields])):
        chosen = mapping.fields.get(path, "")
        leaf = path.rsplit(".", 1)[-1][-60:]
        keep = chosen if chosen.startswith(ATTRIBUTE) else ATTRIBUTE + leaf
        kept = (keep, _("Keep as “%(name)s”") % {"name": keep[len(ATTRIBUTE) :]})
        rows.append(
            FieldRow(
                number,
                path,
                said.get(path, ""),
                chosen,
                [base[0], kept, *base[1:]],
                fields,
                problems.get(path, ()),
                errors.get(path, ""),
            )
        )
    return rows


def lead_rows(
    leads: Sequence[Sequence[tuple[str, str]]], own: Sequence[OwnField], kinds: Sequence[OwnKind]
) -> list[list[tuple[str | Promise, str]]]:
    """What each lead of the sample says, with the names of its fields as people know them."""
    labels = {**LABELS, **OWN_LABELS, **{f"{FIELD}{field.code}": field.label for field in own}}
    labels |= {f"{IDENTITY}{kind.code}": kind.label for kind in kinds}
    return [[(labels.get(name, name), value) for name, value in lead] for lead in leads]


def posted_mapping(data: Any) -> HookMapping:
    """The mapping that was sent; InvalidMapping says what is wrong with it."""
    paths = data.getlist("path")
    targets = data.getlist("target")
    fields = {path: target for path, target in zip(paths, targets, strict=False) if target}
    return parse_hook_mapping({"items": data.get("items", ""), "fields": fields})
