"""The columns of a file of orders: what each becomes, where they were sold, and what its words for a state mean."""

from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commerce.enums import OrderStatus
from commerce.files.mapping import DATED_TARGETS, IGNORE, TARGETS, OrderMapping, parse_order_mapping
from commerce.files.readings import status_of
from commerce.selectors import platform_list
from exchange.models import Job
from exchange.problems import UnreadableFile
from leads.mapping import IDENTITY, InvalidMapping
from leads.readings import DAY_ORDERS
from scrm.flows import order_import
from scrm.flows.file_import import begin_import
from scrm.flows.order_import import STATES_SHOWN, OrderPreview
from scrm.web.access import Visit
from scrm.web.ops.import_forms import ColumnRow

LABELS: Final[dict[str, str | Promise]] = {
    "platform": gettext_lazy("Platform"),
    "number": gettext_lazy("Order number"),
    "status": gettext_lazy("Order status"),
    "ordered_at": gettext_lazy("Ordered at"),
    "paid_at": gettext_lazy("Paid at"),
    "updated_at": gettext_lazy("Updated at"),
    "amount": gettext_lazy("Amount of the order"),
    "refunded": gettext_lazy("Refunded of the order"),
    "currency": gettext_lazy("Currency"),
    "product": gettext_lazy("Product code"),
    "product_name": gettext_lazy("Product name"),
    "product_group": gettext_lazy("Product group"),
    "quantity": gettext_lazy("Quantity"),
    "price": gettext_lazy("Price of one"),
    "line_amount": gettext_lazy("Amount of the line"),
    "line_refunded": gettext_lazy("Refunded of the line"),
    "name": gettext_lazy("Buyer's name"),
    "phone": gettext_lazy("Buyer's phone"),
    "email": gettext_lazy("Buyer's e-mail"),
    "external_id": gettext_lazy("Id in another system"),
    "wecom_id": gettext_lazy("WeCom id"),
    "buyer_id": gettext_lazy("Buyer's id at the platform"),
    IGNORE: gettext_lazy("Leave out"),
}


@dataclass(frozen=True, slots=True)
class StateRow:
    """One word of the file for an order's status, and what it means."""

    number: int
    word: str
    chosen: str


def mapping(request: Visit, job: Job, tried_rows: int) -> HttpResponse:
    """What each column becomes; tried without writing, then begun."""
    try:
        with job.file.open("rb") as file:
            look = order_import.preview(cast(BinaryIO, file))
    except (FileNotFoundError, UnreadableFile):
        messages.error(request, _("The file is no longer there: upload it again."))
        return redirect("ops:import_start")
    chosen = order_import.mapping_of(job)
    if request.method != "POST":
        return _page(request, job, look, chosen, {})
    try:
        chosen = _posted(request.POST, look, chosen)
        order_import.check_mapping(chosen, look)
    except InvalidMapping as error:
        return _page(request, job, look, chosen, {"error_path": error.path, "error": error.message})
    start_sops = request.POST.get("start_sops") == "on"
    if request.POST.get("action") == "import":
        begin_import(job, mapping=chosen, start_sops=start_sops)
        return redirect("ops:import_detail", job.pk)
    with job.file.open("rb") as file:
        tried = order_import.dry_run(cast(BinaryIO, file), chosen, rows=tried_rows)
    return _page(request, job, look, chosen, {"tried": tried, "start_sops": start_sops})


def _page(request: Visit, job: Job, look: OrderPreview, chosen: OrderMapping, more: dict[str, Any]) -> HttpResponse:
    context = {
        "job": job,
        "of_orders": True,
        "look": look,
        "columns": _column_rows(look, chosen, more.get("error_path", ""), more.get("error", "")),
        "states": _state_rows(look, chosen),
        "state_choices": OrderStatus.choices,
        "platform": chosen.platform,
        "platforms": platform_list(request.user),
        "has_platforms": "platform" in chosen.targets,
        "identifies": chosen.identifies,
        "tried": None,
        "start_sops": job.options.get("start_sops", False),
        "error": "",
        **more,
    }
    return render(request, "ops/import_mapping.html", context, status=422 if more.get("error") else 200)


def _column_rows(look: OrderPreview, chosen: OrderMapping, error_path: str, error: str) -> list[ColumnRow]:
    choices = [(IGNORE, LABELS[IGNORE]), *((target, LABELS[target]) for target in TARGETS if target != IGNORE)]
    choices += [(f"{IDENTITY}{kind.code}", kind.label) for kind in look.kinds]
    rows = []
    for number, name in enumerate(look.headers):
        column = chosen.columns.get(name)
        target = column.to if column else IGNORE
        samples = filter(None, (row.get(name, "").strip() for row in look.samples))
        rows.append(
            ColumnRow(
                number=number,
                name=name,
                samples=list(dict.fromkeys(samples))[:3],
                chosen=target,
                choices=choices,
                day_order=column.day_order if column else "",
                in_template=False,
                fields=[],
                is_dated=target in DATED_TARGETS,
                error=error if error_path.startswith(f"columns.{name}") else "",
            )
        )
    return rows


def _state_rows(look: OrderPreview, chosen: OrderMapping) -> list[StateRow]:
    return [
        StateRow(number, word, chosen.states.get(word) or str(status_of(word) or ""))
        for number, word in enumerate(look.states(chosen))
    ]


def _posted(data: Any, look: OrderPreview, before: OrderMapping) -> OrderMapping:
    """The mapping that was sent; InvalidMapping says what is wrong with it."""
    columns: dict[str, dict[str, str]] = {}
    for number, name in enumerate(look.headers):
        target, order = str(data.get(f"column-{number}", "")) or IGNORE, str(data.get(f"order-{number}", ""))
        columns[name] = {"to": target}
        if target in DATED_TARGETS and order in DAY_ORDERS:
            columns[name]["day_order"] = order
    platform = str(data.get("platform", "")).strip() or before.platform
    said = {"columns": columns, "platform": platform}
    # Each word comes with its meaning: which words there are changes with the column that holds them.
    words = (str(data.get(f"word-{number}", "")) for number in range(STATES_SHOWN))
    meant = {word: str(data.get(f"state-{number}", "")) for number, word in enumerate(words)}
    states = dict(before.states)
    for word in look.states(parse_order_mapping(said)):
        if word in meant:
            states.pop(word, None)
            if meant[word] and meant[word] != status_of(word):
                states[word] = meant[word]
    return parse_order_mapping({**said, "states": states})
