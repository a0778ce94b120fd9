"""The story of the watchman: counts over all tenants, judges, and tells of what is newly wrong."""

from operations.judging import problems_in
from operations.queries import counts_over
from operations.selectors import state_now
from operations.services import note_problems, record_readings, tell_operators
from scrm.core import clock
from tenants.selectors import tenant_list_active


def installation_watched() -> None:
    """A worker's round."""
    schemas = [tenant.schema_name for tenant in tenant_list_active()]
    record_readings(counts_over(schemas, clock.now()), clock.now())
    problems_noted()


def problems_noted() -> None:
    """Without counting anew: what a web server does when no worker seems to be left."""
    now = clock.now()
    for incident in note_problems(problems_in(state_now()), now):
        tell_operators(incident, now)
