"""What somebody logs about a talk, at the dashboard or on the phone: its form, and how it is read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from commerce.enums import Sentiment
from commerce.services_voices import VoiceSaid
from commerce.voice_selectors import voice_product_choices, voice_topic_choices
from leads.attachment_types import LARGEST
from leads.enums import InteractionKind
from leads.models import Interaction, Outcome
from leads.selectors import outcome_list
from leads.services.attachments import Upload
from leads.services.interactions import Said
from scrm.core import clock
from scrm.web.file_fields import FilesField
from tenants.selectors import tenant_zone

KIND_ICONS: Final = {
    InteractionKind.CALL: "phone",
    InteractionKind.VISIT: "map-pin",
    InteractionKind.MEETING: "users",
    InteractionKind.CHAT: "message-circle",
    InteractionKind.NOTE: "note",
}
SOON: Final = (
    ("1", _("Tomorrow")),
    ("3", _("In 3 days")),
    ("7", _("In a week")),
)
"""Days from today that a thumb can choose."""


class TalkForm(forms.Form):
    """An outcome says its kind, so that the phone needs one tap; `soon` stands for a date."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=InteractionKind.choices)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    text = forms.CharField(
        label=_("What was said"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3, "enterkeyhint": "done"}),
    )
    next_on = forms.DateField(
        label=_("Next date"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    next_time = forms.TimeField(
        label=_("Next time"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    soon = forms.ChoiceField(label=_("Next contact"), required=False, choices=[("", _("No date")), *SOON])
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=24 * 60)
    effective = forms.BooleanField(label=_("Effective communication"), required=False)
    effective_why = forms.CharField(label=_("Why it was effective, or not"), max_length=200, required=False)
    attached = FilesField(label=_("Files"), required=False)
    voice_text = forms.CharField(
        label=_("What they said about the product"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    voice_topics = forms.MultipleChoiceField(label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple())
    voice_sentiment = forms.ChoiceField(
        label=_("Mood"), required=False, choices=Sentiment.choices, initial=Sentiment.NEUTRAL
    )
    voice_product = forms.ChoiceField(label=_("Product"), required=False)
    voice_wish = forms.CharField(label=_("What they wish for"), max_length=120, required=False)

    def __init__(self, *args: Any, outcomes: Sequence[Outcome] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = outcome_list() if outcomes is None else list(outcomes)
        self._by_id = {str(outcome.pk): outcome for outcome in self.outcomes}
        grouped = [(kind.label, self._choices(kind)) for kind in InteractionKind if self._choices(kind)]
        self._offer("outcome", [("", _("None")), *grouped])
        self._offer("voice_topics", voice_topic_choices())
        self._offer("voice_product", [("", _("None")), *voice_product_choices()])

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _choices(self, kind: str) -> list[tuple[str, str]]:
        return [(str(each.pk), each.name) for each in self.outcomes if each.kind == kind]

    @property
    def by_kind(self) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
        """(kind, label, icon, outcomes) for the phone's buttons."""
        return [(kind.value, str(kind.label), icon, self._choices(kind)) for kind, icon in KIND_ICONS.items()]

    @property
    def has_more(self) -> bool:
        """Whether what is folded away is filled in, or wrong."""
        names = ("minutes", "effective_why", "voice_text", "voice_topics", "voice_wish", "attached", "next_time")
        return any(self[name].value() or self[name].errors for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        outcome = self._by_id.get(cleaned.get("outcome", ""))
        if not cleaned.get("kind"):
            if outcome is None:
                self.add_error("kind", _("Choose what it was."))
            else:
                cleaned["kind"] = outcome.kind
        if cleaned.get("soon") and not cleaned.get("next_on"):
            today = clock.now().astimezone(tenant_zone()).date()
            cleaned["next_on"] = today + timedelta(days=int(cleaned["soon"]))
        if (cleaned.get("voice_topics") or cleaned.get("voice_wish")) and not cleaned.get("voice_text"):
            self.add_error("voice_text", _("Write down what they said."))
        for file in cleaned.get("attached") or []:
            if (file.size or 0) > LARGEST:
                self.add_error("attached", _("“%(name)s” is larger than 10 MB.") % {"name": file.name[:80]})
        return cleaned

    def said(self) -> Said:
        values = self.cleaned_data
        return Said(
            kind=values["kind"],
            outcome=self._by_id.get(values["outcome"]),
            text=values["text"],
            minutes=values["minutes"],
            # An empty box is no word against: then the outcome says it.
            effective=values["effective"] or None,
            effective_why=values["effective_why"],
            next_on=values["next_on"],
            next_time=values["next_time"],
        )

    def voice(self) -> VoiceSaid | None:
        values = self.cleaned_data
        if not values["voice_text"]:
            return None
        return VoiceSaid(
            text=values["voice_text"],
            topic_ids=[UUID(pk) for pk in values["voice_topics"]],
            product_id=UUID(values["voice_product"]) if values["voice_product"] else None,
            sentiment=values["voice_sentiment"] or Sentiment.NEUTRAL,
            wish=values["voice_wish"],
        )

    def uploads(self) -> list[Upload]:
        return [upload_of(file) for file in self.cleaned_data["attached"]]

    def refuse(self, error: ValidationError) -> None:
        """Put a service's refusal beside the fields that it speaks of."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class EditTalkForm(TalkForm):
    """The same to correct what was logged; its files and voices have their own places."""

    def __init__(self, *args: Any, talk: Interaction, **kwargs: Any) -> None:
        outcomes = [*outcome_list(), *([talk.outcome] if talk.outcome and talk.outcome.archived else [])]
        names = ("kind", "text", "next_on", "next_time", "minutes", "effective", "effective_why")
        told = {name: getattr(talk, name) for name in names} | {"outcome": str(talk.outcome_id or "")}
        super().__init__(*args, outcomes=outcomes, initial=told, **kwargs)
        for name in [name for name in self.fields if name.startswith("voice_") or name in ("attached", "soon")]:
            del self.fields[name]

    def said(self) -> Said:
        values = self.cleaned_data
        return Said(
            kind=values["kind"],
            outcome=self._by_id.get(values["outcome"]),
            text=values["text"],
            minutes=values["minutes"],
            effective=values["effective"],
            effective_why=values["effective_why"],
            next_on=values["next_on"],
            next_time=values["next_time"],
        )


def upload_of(file: UploadedFile) -> Upload:
    return Upload(file.name or "", file.read(LARGEST + 1))
