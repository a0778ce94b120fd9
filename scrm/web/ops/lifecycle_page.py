"""What every page of a lifecycle shares: which one it is about, its tabs, where it goes back to."""

from uuid import UUID

from django.urls import reverse

from lifecycle.models import Lifecycle
from lifecycle.selectors import lifecycle_get, lifecycle_list
from scrm.web.access import Visit, found


def frame(current: Lifecycle | None, section: str) -> dict[str, object]:
    return {"lifecycles": lifecycle_list(), "current": current, "section": section}


def lifecycle_asked(request: Visit) -> Lifecycle | None:
    """The one that the address names, else the one that new contacts enter; None when there is none at all."""
    asked = request.GET.get("lifecycle")
    if not asked:
        return lifecycle_get(None)
    try:
        return found(lifecycle_get(UUID(asked)))
    except ValueError:
        return found(None)


def home_of(current: Lifecycle) -> str:
    return place_of("ops:lifecycle", current)


def place_of(name: str, current: Lifecycle) -> str:
    return f"{reverse(name)}?lifecycle={current.pk}"
