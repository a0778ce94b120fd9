"""Opens the demo businesses and lets them live; each wholly or not at all, and only once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.selectors import user_exists
from accounts.services import create_user
from scheduler.services import due_work
from scrm.core import clock
from scrm.demo.answers import answer
from scrm.demo.assignment import assign, read_alerts
from scrm.demo.beauty import BEAUTY
from scrm.demo.cars import CARS
from scrm.demo.dealers import pay_dealers
from scrm.demo.follow_up import follow_up
from scrm.demo.ground import lay_ground, make_segments
from scrm.demo.growth import tell_growth
from scrm.demo.handing import change_hands
from scrm.demo.held import hold_some
from scrm.demo.history import WEEKS, History
from scrm.demo.lifecycles import walk_lifecycles
from scrm.demo.links import put_up_links
from scrm.demo.matches import match_people
from scrm.demo.pool import fill_pool
from scrm.demo.privacy import ask_for_privacy
from scrm.demo.shape import Business, Person
from scrm.demo.tiers import tell_apart
from scrm.demo.twins import meet_twins
from scrm.flows.opening import tenant_opened
from tenants.selectors import tenant_by_name

BUSINESSES = (BEAUTY, CARS)
OPERATOR = Person("platform", "Platform operator", Role.PRINCIPAL)
"""Who runs the platform: an account of the bare host."""


def seed_operator() -> None:
    with schema_context("public"):
        if not user_exists(OPERATOR.username):
            create_user(
                username=OPERATOR.username,
                password=OPERATOR.password,
                role=OPERATOR.role,
                full_name=OPERATOR.full_name,
                is_staff=True,
                is_superuser=True,
            )


def seed(business: Business) -> int:
    """How many leads the business got; 0 when it was there already."""
    if tenant_by_name(business.schema) is not None:
        return 0
    now = clock.now()
    today = now.astimezone(ZoneInfo(business.zone)).date()
    first_day = today - timedelta(weeks=WEEKS)
    began = now - timedelta(weeks=WEEKS, days=1)
    with transaction.atomic():
        tenant = tenant_opened(
            schema_name=business.schema,
            domain=business.domain,
            name=business.name,
            zone=business.zone,
            language=business.language,
            region=business.region,
            currency=business.currency,
            now=began,
        )
        with tenant_context(tenant), due_work():
            ground = lay_ground(business, first_day=first_day, today=today, now=began)
            history = History(ground, first_day=first_day, now=now)
            history.live()
            put_up_links(ground, now)
            hold_some(ground.form, language=business.language, now=now)
            meet_twins(ground, language=business.language, now=now)
            assign(ground.users, language=business.language, now=now)
            follow_up(ground, now=now)
            fill_pool(ground.users, now=now)
            answer(ground.users, now=now)
            change_hands(ground.users, language=business.language, now=now)
            pay_dealers(ground.users, now=now)
            walk_lifecycles(ground, language=business.language, now=now)
            tell_apart(ground.users, language=business.language, now=now)
            make_segments(ground, now)
            match_people(ground, now)
            ask_for_privacy(ground.users, language=business.language, now=now)
            tell_growth(
                ground.sources,
                ground.users["ops"],
                language=business.language,
                currency=business.currency,
                now=now,
            )
    with tenant_context(tenant):
        read_alerts(ground.users, now=now)
    return history.made
