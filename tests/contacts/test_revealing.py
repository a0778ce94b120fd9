"""How many people somebody may look up, against a count that walks every moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contacts.revealing import DAY, HOUR, Limit, Seen, spent_until

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUBJECTS = [UUID(int=number) for number in range(12)]
limits = st.tuples(st.integers(0, 4), st.integers(0, 6)).map(lambda pair: Limit(pair[0], pair[0] + pair[1]))
seen = st.dictionaries(st.sampled_from(SUBJECTS), st.integers(0, 26 * 60), max_size=10).map(
    lambda found: [Seen(subject, NOW - timedelta(minutes=minutes)) for subject, minutes in found.items()]
)


def free_at(limit: Limit, known: list[Seen], at: datetime) -> bool:
    """Whether a new one may be looked at then."""
    within = [sum(at - window < each.at <= at for each in known) for window in (HOUR, DAY)]
    return within[0] < limit.per_hour and within[1] < limit.per_day


@given(limits, seen, st.sampled_from(SUBJECTS))
def test_next_look_is_the_first_moment_that_is_free(limit, known, subject):
    until = spent_until(limit, known, subject, NOW)

    if any(each.subject == subject and each.at > NOW - DAY for each in known):
        assert until is None
    elif until is None:
        assert free_at(limit, known, NOW)
    else:
        assert not free_at(limit, known, NOW)
        if limit.per_hour:
            minutes = range(1, 24 * 60 + 1)
            first = next(m for m in minutes if free_at(limit, known, NOW + timedelta(minutes=m)))
            assert until == NOW + timedelta(minutes=first)


def test_who_may_none_waits_for_ever_anew():
    assert spent_until(Limit(0, 0), [], SUBJECTS[0], NOW) == NOW + DAY
