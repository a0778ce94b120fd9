"""How many attempts are let through: in the arithmetic, in turn, and all at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django_tenants.utils import schema_context, tenant_context
from hypothesis import given
from hypothesis import strategies as st

from accounts.lockout import LIMITS, Count, Kind, KnownBrowser, is_locked, network_of, one_more
from accounts.log_in_models import AttemptCount
from accounts.services_attempts import LockedOut, begin_attempt, begin_code_attempt, forgive_attempt, unlock_user
from accounts.services_log_in import password_changed
from tenants.models import Tenant
from tests.factories import make_user

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)


def begin(users=(), typed="nobody", address="203.0.113.5", known=None, now=NOW):
    return begin_attempt(users=list(users), typed=typed, address=address, known=known, now=now)


def tries(count, **how):
    """How many of so many attempts, all of which fail, are let through."""
    passed = 0
    for number in range(count):
        address = how.get("address", f"198.51.{number // 250}.{number % 250}")
        try:
            begin(**{**how, "address": address})
            passed += 1
        except LockedOut:
            pass
    return passed


def tried_from_everywhere(user, count):
    AttemptCount.objects.create(key=f"account:{user.pk}", kind=Kind.ACCOUNT, user=user, count=count, until=NOW + WINDOW)


def coded(user, kin, count):
    fields = {"kind": Kind.CODES, "user": user, "count": count, "until": NOW + DAY}
    AttemptCount.objects.create(key=f"codes:{user.pk}:{kin}", **fields)


def codes(count, **how):
    """How many of so many codes, all of them wrong, are looked at."""
    passed = 0
    for number in range(count):
        address = how.get("address", f"198.51.{number // 250}.{number % 250}")
        try:
            begin_code_attempt(**{"known": None, "now": NOW, **how, "address": address})
            passed += 1
        except LockedOut:
            pass
    return passed


def allowed_by_hand(moments, limit, window):
    """The rule told once more, as a story: a burst is what falls into a window or a lock after its first."""
    passed, burst, ends = [], 0, None
    for moment in moments:
        if ends is None or moment >= ends:
            burst, ends = 0, moment + window
        if burst == limit:
            continue
        burst += 1
        if burst == limit:
            ends = moment + window
        passed.append(moment)
    return passed


def test_where_addresses_are_unknown_they_are_one_place_for_an_account(acme):
    """Else whose browser is known could guess for ever behind a server's socket."""
    ben = make_user("ben")

    assert tries(12, users=[ben.pk], known=KnownBrowser(ben.pk, "one"), address="") == LIMITS[Kind.PAIR].attempts
    begin([make_user("ada").pk], address="")


@given(kind=st.sampled_from(list(Kind)), gaps=st.lists(st.integers(0, 400), max_size=150))
def test_arithmetic_lets_through_what_the_rule_says(kind, gaps):
    limit = LIMITS[kind]
    moments, moment = [], NOW
    for gap in gaps:
        moment += gap * limit.window / 900
        moments.append(moment)
    count, passed = Count(kind, 0, NOW), []

    for moment in moments:
        if not is_locked(count, moment):
            count = one_more(count, moment)
            passed.append(moment)

    assert passed == allowed_by_hand(moments, limit.attempts, limit.window)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("", ""),
        ("unix", ""),
    ],
)
def test_address_is_counted_as_its_network(address, network):
    assert network_of(address) == network


def test_one_account_is_guessed_at_ten_times_from_one_address(acme):
    ben = make_user()

    assert tries(15, users=[ben.pk], address="203.0.113.5") == 10
    assert tries(1, users=[ben.pk], address="203.0.113.6") == 1


def test_one_address_tries_fifty_accounts(acme):
    AttemptCount.objects.create(key="address:203.0.113.5", kind=Kind.ADDRESS, count=45, until=NOW + WINDOW)

    assert sum(tries(1, typed=f"name{number}", address="203.0.113.5") for number in range(10)) == 5


def test_many_addresses_together_try_one_account_a_hundred_times(acme):
    ben = make_user()
    tried_from_everywhere(ben, 95)

    assert tries(10, users=[ben.pk]) == 5


def test_owner_gets_in_by_a_browser_that_is_known(acme):
    ben, ada = make_user(), make_user("ada")
    tried_from_everywhere(ben, 100)

    begin(users=[ben.pk], known=KnownBrowser(ben.pk, "one"))

    with pytest.raises(LockedOut):
        begin(users=[ben.pk], known=KnownBrowser(ada.pk, "one"))


def test_known_browser_is_no_way_round_the_limit_of_its_address(acme):
    ben = make_user()

    assert tries(15, users=[ben.pk], address="203.0.113.5", known=KnownBrowser(ben.pk, "one")) == 10


def test_lock_ends_by_itself_and_what_is_tried_meanwhile_does_not_draw_it_out(acme):
    ben = make_user()
    tries(10, users=[ben.pk], address="203.0.113.5")
    for minute in range(15):
        with pytest.raises(LockedOut) as lock:
            begin(users=[ben.pk], now=NOW + timedelta(minutes=minute))
        assert lock.value.until == NOW + WINDOW

    begin(users=[ben.pk], now=NOW + WINDOW)


def test_refused_attempt_counts_nowhere(acme):
    ben = make_user()
    tries(10, users=[ben.pk], address="203.0.113.5")
    before = list(AttemptCount.objects.values_list("key", "count", "until"))

    tries(20, users=[ben.pk], address="203.0.113.5")

    assert list(AttemptCount.objects.values_list("key", "count", "until")) == before


def test_unknown_name_is_locked_like_a_known_one(acme):
    assert tries(15, typed="a1b2", address="203.0.113.5") == 10


def test_success_gives_back_its_own_attempt_and_no_more(acme):
    ben, ada = make_user(), make_user("ada")
    tries(5, users=[ada.pk], address="203.0.113.5")

    forgive_attempt(begin(users=[ben.pk]))

    assert AttemptCount.objects.get(key="address:203.0.113.5").count == 5
    assert AttemptCount.objects.get(key=f"pair:{ada.pk}:203.0.113.5").count == 5
    assert not AttemptCount.objects.filter(key=f"pair:{ben.pk}:203.0.113.5").exists()


def test_last_attempt_says_what_it_locks(acme):
    ben = make_user()
    tries(9, users=[ben.pk], address="203.0.113.5")

    assert begin(users=[ben.pk]).locks == (Kind.PAIR,)


def test_unlocked_account_is_open_at_once_and_others_stay_locked(acme):
    ben, ada = make_user(), make_user("ada")
    for user in (ben, ada):
        tries(10, users=[user.pk], address="203.0.113.5")

    assert unlock_user(user=ben.pk)

    begin(users=[ben.pk])
    with pytest.raises(LockedOut):
        begin(users=[ada.pk])
    assert not unlock_user(user=make_user("olga").pk)


def test_colleague_who_guesses_shuts_no_known_browser_of_their_office(acme):
    """One address for all: after fifty tries a stranger's browser is shut there, one that its owner used is not."""
    ben, ada = make_user(), make_user("ada")
    tries(10, users=[ben.pk], address="203.0.113.5")
    AttemptCount.objects.update_or_create(
        key="address:203.0.113.5", defaults={"kind": Kind.ADDRESS, "count": 50, "until": NOW + WINDOW}
    )

    assert tries(1, users=[ben.pk], address="203.0.113.5", known=KnownBrowser(ben.pk, "one")) == 1
    assert tries(1, users=[ben.pk], address="203.0.113.5", known=KnownBrowser(ada.pk, "one")) == 0
    assert tries(1, typed="zed", address="203.0.113.5", known=KnownBrowser(ben.pk, "one")) == 0


def test_known_browser_that_guesses_shuts_none_of_its_owner_s_others(acme):
    """Somebody sits down at the machine of a shop where Ben logged in once: his phone stays open."""
    ben = make_user()

    assert tries(15, users=[ben.pk], known=KnownBrowser(ben.pk, "shop")) == 10
    assert tries(1, users=[ben.pk], known=KnownBrowser(ben.pk, "phone")) == 1
    assert codes(15, user=ben.pk, known=KnownBrowser(ben.pk, "shop")) == 10
    assert codes(1, user=ben.pk, known=KnownBrowser(ben.pk, "phone")) == 1


def test_new_password_opens_and_leaves_the_codes_counted(acme):
    """Else whoever reads the owner's mail tries fifty codes with each new password."""
    ben = make_user()
    tries(10, users=[ben.pk])
    coded(ben, "strange", 45)

    password_changed(user=ben, by=None)

    assert tries(1, users=[ben.pk]) == 1
    assert codes(10, user=ben.pk) == 5


def test_known_browser_guesses_ten_times_wherever_it_is(acme):
    ben = make_user()

    assert tries(15, users=[ben.pk], known=KnownBrowser(ben.pk, "one")) == 10


def test_codes_are_counted_apart_from_passwords(acme):
    ben = make_user()
    tries(10, users=[ben.pk], address="203.0.113.5")

    assert codes(15, user=ben.pk, address="203.0.113.5") == 10


def test_who_has_the_password_shuts_their_own_place_and_not_the_owner_s(acme):
    ben = make_user()

    assert codes(15, user=ben.pk, address="203.0.113.5") == 10
    assert codes(1, user=ben.pk, address="203.0.113.5", known=KnownBrowser(ben.pk, "one")) == 1
    assert codes(1, user=ben.pk, address="203.0.113.6") == 1


def test_many_machines_try_fifty_codes_a_day_and_the_owner_s_browser_stays_open(acme):
    ben = make_user()
    coded(ben, "strange", 45)

    assert codes(10, user=ben.pk) == 5
    assert codes(1, user=ben.pk, now=NOW + DAY - SECOND) == 0
    assert codes(1, user=ben.pk, known=KnownBrowser(ben.pk, "one")) == 1
    assert codes(1, user=ben.pk, now=NOW + DAY) == 1


def test_codes_are_bounded_in_a_known_browser_too(acme):
    """Else whoever took its cookie and the password would guess on from address to address."""
    ben = make_user()
    coded(ben, "known:one", 45)

    assert codes(10, user=ben.pk, known=KnownBrowser(ben.pk, "one")) == 5


def test_right_code_gives_back_its_own_attempt_of_the_day(acme):
    ben = make_user()
    codes(5, user=ben.pk, address="203.0.113.5")

    forgive_attempt(begin_code_attempt(user=ben.pk, address="203.0.113.5", now=NOW))

    assert AttemptCount.objects.get().count == 5
    assert AttemptCount.objects.get().kind == Kind.CODES


def test_lock_of_one_business_is_none_in_another(acme):
    tries(15, typed="ben", address="203.0.113.5")

    with schema_context("public"):
        globex = Tenant.objects.get(schema_name="globex")
    with tenant_context(globex):
        begin(typed="ben")


def test_old_counts_are_forgotten(acme):
    tries(3, typed="somebody", address="203.0.113.9")

    begin(now=NOW + timedelta(days=1))

    assert not AttemptCount.objects.filter(key__contains="203.0.113.9").exists()


@pytest.mark.parametrize("found", [0, 1])
def test_attempt_costs_the_same_whether_the_account_exists(acme, django_assert_num_queries, found):
    users = [make_user(f"ben{number}").pk for number in range(found)]
    begin(users=users)

    with django_assert_num_queries(6):
        begin(users=users)


def test_many_at_once_get_no_more_than_one_after_another(own_database):
    """Forty threads that start together: a count after the fact would let most of them through."""
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        ben = make_user()

    def attempt(_number):
        connection.set_tenant(acme)
        try:
            begin(users=[ben.pk])
        except LockedOut:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(attempt, range(40)))

    assert passed == 10
