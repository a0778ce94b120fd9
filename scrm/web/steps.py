"""What an operator does with tenants and hosts: each step is confirmed on a page, and recorded by its story."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scrm.core import clock
from scrm.flows.hosts import host_checked, host_chosen, host_released, host_vouched
from scrm.flows.standing import tenant_leaves, tenant_paused, tenant_resumed, tenant_stays, tenant_suspended

Story = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the list; `names` asks for the tenant's short name, typed."""

    name: str
    title: str | Promise
    warning: str | Promise
    done: str | Promise
    story: Story
    names: bool = False


TENANT_STEPS = (
    Step(
        "pause",
        gettext_lazy("Pause the selected tenants"),
        gettext_lazy("Nothing goes out to anybody. Their people can look and work."),
        gettext_lazy("Paused: nothing goes out."),
        tenant_paused,
    ),
    Step(
        "suspend",
        gettext_lazy("Suspend the selected tenants"),
        gettext_lazy("Their hosts answer nothing, and within a minute nothing of them runs."),
        gettext_lazy("Suspended: their hosts answer nothing and nothing of them runs."),
        tenant_suspended,
    ),
    Step(
        "resume",
        gettext_lazy("Resume the selected tenants"),
        gettext_lazy("They work and send again. What has become late goes by each SOP's late policy."),
        gettext_lazy("Resumed."),
        tenant_resumed,
    ),
    Step(
        "leave",
        gettext_lazy("Delete the selected tenant"),
        gettext_lazy(
            "It stops at once. For 14 days it can be kept; then its tables, files and keys are removed, "
            "and nobody can bring them back without an export."
        ),
        gettext_lazy("Stopped: it is removed in 14 days."),
        tenant_leaves,
        names=True,
    ),
    Step(
        "keep",
        gettext_lazy("Keep the selected tenants"),
        gettext_lazy("They are not deleted after all, and stay paused until they are resumed."),
        gettext_lazy("Kept, and paused."),
        tenant_stays,
    ),
)


HOST_STEPS = (
    Step(
        "check",
        gettext_lazy("Check the proof of the selected hosts"),
        gettext_lazy("Each is asked for its TXT record."),
        gettext_lazy("Checked: the list says what was found."),
        host_checked,
    ),
    Step(
        "vouch",
        gettext_lazy("Vouch for the selected hosts"),
        gettext_lazy("They answer without a proof, on the word of the platform."),
        gettext_lazy("Verified."),
        host_vouched,
    ),
    Step(
        "choose",
        gettext_lazy("Make the selected hosts primary"),
        gettext_lazy("Links in messages lead there."),
        gettext_lazy("New links lead there."),
        host_chosen,
    ),
    Step(
        "release",
        gettext_lazy("Give up the selected hosts"),
        gettext_lazy("They answer nothing, and for 90 days no other tenant can have them."),
        gettext_lazy("Given up."),
        host_released,
    ),
)


def actions(steps: Sequence[Step]) -> dict[str, tuple[Any, str, str | Promise]]:
    """As the admin wants them: by name, the function, the name, the words."""
    return {step.name: (_action(step), step.name, step.title) for step in steps}


def _action(step: Step) -> Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]:
    def act(admin: "ModelAdmin[Any]", request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        rows = list(chosen)
        if step.names and len(rows) != 1:
            admin.message_user(request, _("Choose one tenant."), messages.ERROR)
            return None
        wrong = step.names and request.POST.get("typed", "").strip() != rows[0].schema_name
        if "confirmed" not in request.POST or wrong:
            return _ask(admin, request, step, rows, wrong=wrong and "confirmed" in request.POST)
        done = 0
        for row in rows:
            try:
                step.story(row, by=request.user, now=clock.now())
                done += 1
            except ValidationError as error:
                admin.message_user(request, " ".join(error.messages), messages.ERROR)
        if done:
            admin.message_user(request, str(step.done), messages.SUCCESS)
        return None

    return act


def _ask(admin: "ModelAdmin[Any]", request: HttpRequest, step: Step, rows: list[Any], *, wrong: bool) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": step.title,
        "opts": admin.opts,
        "step": step,
        "rows": rows,
        "wrong": wrong,
        "checkbox_name": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/confirm_step.html", context)
