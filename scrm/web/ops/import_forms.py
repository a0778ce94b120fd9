"""What people enter about a file of leads: the file, and what each of its columns becomes."""

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contacts.enums import FieldKind
from leads.mapping import ATTRIBUTE, FIELD, IDENTITY, TARGETS, Mapping, is_dated
from leads.mapping_json import parse_mapping
from leads.readings import DAY_ORDERS
from scrm.flows.lead_import import Preview
from scrm.flows.workbook_import import LEADS, ORDERS

_DATED: Final = (FieldKind.DATE, FieldKind.MOMENT)
LABELS: dict[str, str | Promise] = {
    "name": pgettext_lazy("person", "Name"),
    "company": gettext_lazy("Company"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "external_id": gettext_lazy("Id in another system"),
    "wecom_id": gettext_lazy("WeCom id"),
    "source": gettext_lazy("Source"),
    "origin": gettext_lazy("Origin"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
    "region": gettext_lazy("Region"),
    "rating": gettext_lazy("Rating"),
    "status": gettext_lazy("Status"),
    "timezone": gettext_lazy("Time zone"),
    "converted": gettext_lazy("Won (yes or no)"),
    "do_not_email": gettext_lazy("Do not e-mail"),
    "do_not_call": gettext_lazy("Do not call"),
    "consent:all": gettext_lazy("Agrees to be contacted"),
    "consent:email": gettext_lazy("Agrees to e-mails"),
    "consent:sms": gettext_lazy("Agrees to SMS"),
    "consent:call": gettext_lazy("Agrees to calls"),
    "consent:chat": gettext_lazy("Agrees to chats"),
    "consent:profiling": gettext_lazy("Agrees to offers chosen by what they do"),
    "consent:sharing": gettext_lazy("Agrees to passing their data on"),
    "consent:sensitive": gettext_lazy("Agrees to use of sensitive data"),
    "captured_at": gettext_lazy("Captured at"),
    "note": gettext_lazy("Note"),
    "tags": gettext_lazy("Tags"),
    "ignore": gettext_lazy("Leave out"),
}


class FileForm(forms.Form):
    of = forms.ChoiceField(
        label=gettext_lazy("What is in it"),
        choices=[(LEADS, gettext_lazy("Leads")), (ORDERS, gettext_lazy("Orders"))],
        help_text=gettext_lazy("Orders are what customers bought, as shop platforms export it."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,.xlsx,.xls,text/csv"}),
        help_text=gettext_lazy("CSV, TSV, XLSX or XLS, in any usual encoding. 2,000,000 rows at most."),
    )

    def __init__(self, data: QueryDict | None, files: MultiValueDict[str, UploadedFile] | None, of: str) -> None:
        """`of` is what a link here says is in the file; who says nothing brings leads."""
        said = None if data is None and files is None else {"of": LEADS, **(data.dict() if data else {})}
        super().__init__(said, files, initial={"of": of})


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file, as the mapping page shows it."""

    number: int
    name: str
    samples: list[str]
    chosen: str
    choices: list[tuple[str, str | Promise]]
    day_order: str
    in_template: bool
    fields: list[tuple[str, str]]
    is_dated: bool
    error: str = ""


def column_rows(look: Preview, mapping: Mapping, error_path: str = "", error: str = "") -> list[ColumnRow]:
    """Every column with its samples and what it becomes."""
    templates = " ".join(mapping.values.values())
    fields = [(f"{FIELD}{field.code}", field.label) for field in look.fields]
    dated = {f"{FIELD}{field.code}" for field in look.fields if field.shape.kind in _DATED} | {"captured_at"}
    rows = []
    for number, name in enumerate(look.headers):
        column = mapping.columns.get(name)
        own = ATTRIBUTE + name
        used = "{" + name + "}" in templates
        chosen = column.to if column else ("ignore" if used else own)
        choices = [(target, LABELS.get(target, target)) for target in TARGETS]
        choices += [(f"{IDENTITY}{kind.code}", kind.label) for kind in look.kinds]
        keep = chosen if chosen.startswith(ATTRIBUTE) else own
        choices.insert(0, (keep, _("Keep as “%(name)s”") % {"name": keep[len(ATTRIBUTE) :]}))
        samples = [row.get(name, "") for row in look.samples]
        at_fault = error if error_path.startswith(f"columns.{name}") else ""
        order = column.day_order if column else ""
        rows.append(
            ColumnRow(
                number=number,
                name=name,
                samples=list(dict.fromkeys(filter(None, samples)))[:3],
                chosen=chosen,
                choices=choices,
                day_order=order,
                in_template=used,
                fields=fields,
                is_dated=chosen in dated,
                error=at_fault,
            )
        )
    return rows


def made_values(mapping: Mapping) -> list[tuple[str | Promise, str]]:
    """What is put together from several columns."""
    return [(LABELS.get(target, target), template) for target, template in mapping.values.items()]


def posted_mapping(data: Any, look: Preview, before: Mapping) -> Mapping:
    """The mapping that was sent; InvalidMapping says what is wrong with it."""
    raw = before.as_json()
    templates = " ".join(before.values.values())
    columns: dict[str, dict[str, str]] = {}
    for number, name in enumerate(look.headers):
        target = str(data.get(f"column-{number}", "")) or ATTRIBUTE + name
        if target == "ignore" and "{" + name + "}" in templates:
            continue
        columns[name] = {"to": target}
        order = str(data.get(f"order-{number}", ""))
        if is_dated(target) and order in DAY_ORDERS:
            columns[name]["day_order"] = order
    return parse_mapping({**raw, "columns": columns})
