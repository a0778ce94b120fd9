"""Lives through weeks of a demo business, step by step, with the product's own flows at past times."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

from campaigns.enums import Channel as TouchChannel
from campaigns.enums import Reason, TouchState, Trigger
from campaigns.inputs import Start
from campaigns.queries import end_enrollments_without_waiting_rows, mark_sending
from campaigns.selectors import lanes_with_due_rows
from campaigns.services import start_sops
from campaigns.services.lanes import note_progress
from campaigns.services.ledger import Batch, claim_batch, record
from commerce.enums import OrderStatus
from commerce.order_folding import Line
from commerce.services_orders import report_of
from content.services import record_view
from events.inputs import Happening
from leads.arrival_payloads import payload_of
from leads.enums import InteractionKind, LeadOrigin
from leads.form_content import BETWEEN
from leads.inputs import Arrival, IdentityInput, LeadInput
from leads.models import Lead
from leads.services.arrivals import KEPT_FOR
from leads.services.interactions import Said, log_interaction
from leads.upkeep import rate_lead, start_working
from lifecycle.enums import MoveSource
from scheduler.budget import Budget
from scrm.core import clock
from scrm.demo.ground import MEMBER, Ground
from scrm.demo.other_systems import push_lead
from scrm.demo.people import invent
from scrm.demo.queries import count_form_views, do_tasks, own_links, put_tasks_off, settle_on_time
from scrm.demo.shape import Business
from scrm.flows import arrival, engagement, progress
from scrm.flows.jobs import jobs_due
from scrm.flows.lead_import import start_import
from scrm.flows.purchase import Purchase, orders_reported

WEEKS = 8
LEADS = 600
_ORIGINS = (LeadOrigin.FORM, LeadOrigin.API, LeadOrigin.IMPORT, LeadOrigin.HAND)


@dataclass(slots=True)
class Fate:
    """What will become of a lead, drawn when it comes in."""

    lead_id: UUID
    contact_id: UUID
    name: str


@dataclass(slots=True)
class Diary:
    """What is to happen on which day."""

    contacted: defaultdict[date, list[Fate]] = field(default_factory=lambda: defaultdict(list))
    viewing: defaultdict[date, list[Fate]] = field(default_factory=lambda: defaultdict(list))
    won: defaultdict[date, list[Fate]] = field(default_factory=lambda: defaultdict(list))
    lost: defaultdict[date, list[Fate]] = field(default_factory=lambda: defaultdict(list))


class History:
    """One business from its first day to now."""

    def __init__(self, ground: Ground, *, first_day: date, now: datetime) -> None:
        self.ground = ground
        self.business: Business = ground.business
        self.zone = ZoneInfo(ground.business.zone)
        self.first_day, self.now = first_day, now
        self.today = now.astimezone(self.zone).date()
        self.chance = random.Random(f"history of {ground.business.schema}")  # nosec B311
        self.diary = Diary()
        self.made = 0

    def live(self) -> None:
        """Every day in order; older days four at a time, for their leads are dated back anyway."""
        day = self.first_day
        try:
            while day <= self.today:
                last = day + timedelta(days=3 if (self.today - day).days > 14 else 0)
                moment = min(datetime.combine(last, time(21, 30), self.zone), self.now)
                clock.set_offset(moment - self.now)
                days = [day + timedelta(days=n) for n in range((last - day).days + 1)]
                self._days(days, moment)
                day = last + timedelta(days=1)
        finally:
            clock.set_offset(timedelta(0))
        settle_on_time(self.now)
        end_enrollments_without_waiting_rows(do_tasks(self.now), self.now)
        put_tasks_off(self.now)
        count_form_views()
        push_lead(clock.now())
        self._touches_go(clock.now())

    def _days(self, days: list[date], moment: datetime) -> None:
        self._leads_come(days, moment)
        if self.today - timedelta(days=2) in days:
            self._file_comes()
        self._touches_go(moment)
        self._people_look(self._due(self.diary.viewing, days), moment)
        self._reps_call(self._due(self.diary.contacted, days), moment)
        stages, manager = self.ground.stages, self.ground.manager
        won, lost = self._due(self.diary.won, days), self._due(self.diary.lost, days)
        if won:
            ids = [fate.contact_id for fate in won]
            progress.stage_moved(ids, stages["won"].pk, source=MoveSource.HAND, by=manager, now=moment)
            self._orders(won, moment)
        if lost:
            ids = [fate.contact_id for fate in lost]
            why = self.chance.choice(self.ground.reasons).pk
            to, hand = stages["lost"].pk, MoveSource.HAND
            progress.stage_moved(ids, to, source=hand, by=manager, loss_reason_id=why, now=moment)

    def _due(self, page: defaultdict[date, list[Fate]], days: list[date]) -> list[Fate]:
        return [fate for day in days for fate in page.pop(day, [])]

    # --- leads -----------------------------------------------------------------------------

    def _leads_come(self, days: list[date], moment: datetime) -> None:
        arrivals = [one for day in days for one in self._arrivals_of(day, moment)]
        if not arrivals:
            return
        outcomes = arrival.lead_arrived([one for one, _ in arrivals], now=moment, start_sops=False)
        starts = []
        for (one, warmth), outcome in zip(arrivals, outcomes, strict=True):
            assert outcome.lead_id is not None
            assert outcome.contact_id is not None
            captured = one.lead.captured_at or moment
            starts.append(Start(outcome.contact_id, captured, self.business.zone, outcome.lead_id))
            self._draw_fate(Fate(outcome.lead_id, outcome.contact_id, one.lead.name), captured, warmth)
        start_sops(trigger=Trigger.LEAD_CAPTURED, starts=starts, now=moment)

    def _arrivals_of(self, day: date, moment: datetime) -> list[tuple[Arrival, float]]:
        rise = 0.6 + 0.75 * (day - self.first_day).days / (7 * WEEKS)
        weekend = 1.35 if day.weekday() >= 5 else 1.0
        wanted = max(0, round(LEADS / (7 * WEEKS) * rise * weekend + self.chance.uniform(-3, 3)))
        found = []
        for _ in range(wanted):
            at = datetime.combine(day, time(self.chance.choices(range(7, 23), _HOURS)[0]), self.zone)
            at += timedelta(seconds=self.chance.randrange(3600))
            if at <= moment:
                found.append(self._arrival(at))
        if day == self.today:
            # Whoever looks early in the day sees somebody come in too.
            since_midnight = int((self.now - datetime.combine(day, time(), self.zone)).total_seconds())
            for _ in range(max(0, 4 - len(found))):
                ago = self.chance.randrange(min(6000, max(since_midnight, 1)))
                found.append(self._arrival(self.now - timedelta(seconds=ago)))
        return sorted(found, key=lambda one: one[0].lead.captured_at or moment)

    def _arrival(self, at: datetime) -> tuple[Arrival, float]:
        chance, business = self.chance, self.business
        self.made += 1
        person = invent(chance, self.made, chance.random() < business.chinese_names)
        channel = chance.choices(business.channels, [channel.weight for channel in business.channels])[0]
        came_by = chance.choices(_ORIGINS, (50, 25, 15, 10))[0]
        identities = [IdentityInput("phone", person.phone, person.phone)] if chance.random() < 0.9 else []
        if chance.random() < 0.75 or not identities:
            identities.append(IdentityInput("email", person.email, person.email))
        if self.made % 3 == 0:
            number = f"M{10_000 + self.made}"
            identities.append(IdentityInput(MEMBER, number, number))
        tags = [chance.choice(tags)[0] for _group, _alone, tags in business.tags if chance.random() < 0.35]
        lead = LeadInput(
            row=self.made,
            name=person.name,
            identities=tuple(identities),
            source=channel.name,
            origin=channel.origin,
            city=chance.choice(business.cities),
            rating=chance.choices(("", "A", "B", "C", "D"), (45, 10, 20, 17, 8))[0],
            captured_at=at,
            do_not_email=chance.random() < 0.03,
            tags=tags,
            attributes={name: chance.choice(values) for name, values in business.attributes.items()},
        )
        form = self.ground.form if came_by == LeadOrigin.FORM and chance.random() < 0.5 else None
        utm = {"utm_source": channel.origin, "utm_campaign": "autumn"} if channel.per_day else {}
        arrived = Arrival(lead=lead, came_by=came_by, dedupe_key=f"demo:{self.made}", utm=utm, received_at=at)
        if form is not None:
            lead.attributes |= self._answers()
            arrived = replace(arrived, form_id=form.pk, form_version=1)
        if self.now - at < KEPT_FOR:
            ways = {each.kind: each.value for each in identities}
            said = {"name": lead.name, **ways, "city": lead.city, "source": lead.source, **lead.attributes}
            arrived = replace(arrived, payload=payload_of(said))
        return arrived, channel.warmth

    def _answers(self) -> dict[str, str]:
        """What somebody chose in the form, under the words that it asks."""
        chosen = {}
        for question in self.business.form["questions"]:
            offered = [label for label, _tag in question.get("choices", ())]
            if offered and self.chance.random() < 0.9:
                several = question["kind"] == "choices"
                picked = self.chance.sample(offered, self.chance.randint(1, 2 if several else 1))
                chosen[question["label"]] = BETWEEN.join(picked)
        return chosen

    def _draw_fate(self, fate: Fate, captured: datetime, warmth: float) -> None:
        chance, day = self.chance, captured.astimezone(self.zone).date()
        if chance.random() > 0.78:
            return
        self.diary.contacted[day + timedelta(days=chance.choice((1, 1, 1, 2)))].append(fate)
        for _ in range(chance.choices((0, 1, 2, 3), (58, 26, 11, 5))[0]):
            self.diary.viewing[day + timedelta(days=chance.randint(1, 9))].append(fate)
        end = day + timedelta(days=chance.randint(4, 24))
        drawn = chance.random()
        if drawn < 0.16 * warmth:
            self.diary.won[end].append(fate)
        elif drawn < 0.16 * warmth + 0.25:
            self.diary.lost[end].append(fate)

    def _file_comes(self) -> None:
        """A list of visitors, imported by the product's own job; two of its rows are wrong."""
        name, heads = self.business.file
        source = self.business.channels[4].name
        rows = [heads]
        for _ in range(24):
            self.made += 1
            person = invent(self.chance, self.made, self.chance.random() < self.business.chinese_names)
            rows.append((person.name, person.phone, self.chance.choice(self.business.cities), source, ""))
        rows += [(heads[0], "12", "", source, ""), (heads[0], "13x", "", source, "")]
        text = "".join(",".join(row) + "\n" for row in rows)
        start_import(user=self.ground.users["ops"], file=BytesIO(text.encode()), name=name)
        jobs_due(Budget(20))

    # --- touches, views, calls, orders -----------------------------------------------------------

    def _touches_go(self, moment: datetime) -> None:
        for _ in range(40):
            lanes = lanes_with_due_rows(moment)
            if not lanes:
                return
            for lane in lanes:
                # Time goes by in leaps here, and that is no outage.
                note_progress(lane_id=lane.pk, now=moment)
                batch = claim_batch(lane=lane)
                if batch is not None and batch.channel == TouchChannel.EMAIL:
                    self._send(batch, moment)

    def _send(self, batch: Batch, moment: datetime) -> None:
        carried = [message.touchpoint_id for message in batch.messages]
        ids = sorted(mark_sending(touchpoint_ids=carried, token=batch.token, now=moment))
        fates: dict[TouchState, list[int]] = {TouchState.SENT: [], TouchState.FAILED: [], TouchState.UNKNOWN: []}
        for pk in ids:
            state = self.chance.choices((TouchState.SENT, TouchState.FAILED, TouchState.UNKNOWN), (970, 27, 3))[0]
            fates[state].append(pk)
        for state, chosen in fates.items():
            if not chosen:
                continue
            failed = state == TouchState.FAILED
            record(
                chosen,
                batch.token,
                held_as=TouchState.SENDING,
                state=state,
                now=moment,
                reason=Reason.UNDELIVERABLE if failed else None,
                detail="550 5.1.1 no such mailbox" if failed else None,
            )

    def _people_look(self, fates: list[Fate], moment: datetime) -> None:
        if not fates:
            return
        pairs = [(fate, self.chance.choice(self.ground.materials)) for fate in fates]
        links = own_links({(material.pk, fate.contact_id) for fate, material in pairs}, moment)
        happenings = []
        for fate, material in pairs:
            at = moment - timedelta(minutes=self.chance.randrange(700))
            record_view(link=links[material.pk, fate.contact_id], now=at)
            seen = {"seconds": self.chance.randint(8, 240), "depth": self.chance.choice((25, 50, 75, 100))}
            said = {"material": str(material.pk), "topic": material.topic, **seen}
            key = f"demo:view:{fate.contact_id}:{material.pk}:{at:%m%d%H%M%S}"
            happenings.append(Happening(fate.contact_id, "content_viewed", at, key[:120], said))
        engagement.events_happened(happenings, now=moment)

    def _reps_call(self, fates: list[Fate], moment: datetime) -> None:
        if not fates:
            return
        stage = self.ground.stages["contacted"]
        ids = [fate.contact_id for fate in fates]
        progress.stage_moved(ids, stage.pk, source=MoveSource.HAND, by=self.ground.manager, now=moment)
        start_working(lead_ids=[fate.lead_id for fate in fates], by=self.ground.manager, now=moment)
        leads = Lead.objects.select_related("owner").in_bulk([fate.lead_id for fate in fates])
        for fate in fates:
            lead = leads[fate.lead_id]
            at = moment - timedelta(minutes=self.chance.randrange(600))
            if self.chance.random() < 0.5:
                log_interaction(
                    contact_id=fate.contact_id,
                    lead=lead,
                    said=Said(
                        self.chance.choice((InteractionKind.CALL, InteractionKind.CALL, InteractionKind.CHAT)),
                        text=self.chance.choice(self.business.said),
                        effective=self.chance.random() < 0.55,
                    ),
                    by=lead.owner,
                    now=at,
                )
            if not lead.rating and self.chance.random() < 0.3:
                rate_lead(lead=lead, rating=self.chance.choice("ABC"), by=lead.owner, now=at)

    def _orders(self, fates: list[Fate], moment: datetime) -> None:
        purchases = []
        for fate in fates:
            product = self.chance.choice(self.ground.products)
            price = product.price or Decimal(0)
            quantity = self.chance.choice((1, 1, 2)) if price < 1000 else 1
            report = report_of(
                "天猫" if self.business.region == "CN" else "shop",
                f"{self.business.schema.upper()}{moment:%y%m%d}{fate.contact_id.hex[-6:].upper()}",
                at=moment,
                said={"status": OrderStatus.PAID, "ordered_at": moment, "currency": self.business.currency},
                lines=[Line(product.code, quantity, price * quantity, product.name)],
            )
            purchases.append(Purchase(report, contact_id=fate.contact_id))
        orders_reported(purchases, now=moment)


# How leads spread over the hours from 7 to 22: lunch break and evening stand out.
_HOURS = (1, 2, 4, 5, 6, 8, 9, 6, 5, 5, 6, 8, 9, 10, 8, 4)
