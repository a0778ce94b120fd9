"""What we do and when: campaigns, SOPs with immutable versions, enrollments and the touchpoint ledger."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from campaigns.enums import (
    OF_SEGMENTS,
    Channel,
    Closure,
    EnrollmentState,
    GoalMetric,
    LatePolicy,
    Reason,
    SopState,
    TaskState,
    TouchState,
    Trigger,
)
from campaigns.form_models import FormRoute as FormRoute
from campaigns.link_models import CampaignLink as CampaignLink
from campaigns.review_models import CampaignReview as CampaignReview
from campaigns.review_models import NextAction as NextAction
from contacts.models import Contact
from content.models import Material
from leads.models import Interaction, Lead, Source
from scrm.core.ids import uuid7
from tagging.models import Tag

User = settings.AUTH_USER_MODEL


class Campaign(models.Model):
    """One marketing push with period, budget, goal and the sources that bring its leads."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    goal = models.CharField(_("goal"), max_length=200, blank=True)
    goal_metric = models.CharField(
        _("what the goal counts"), max_length=10, choices=GoalMetric.choices, blank=True, default="", db_default=""
    )
    goal_target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(1)]
    )
    goal_by = models.DateField(_("deadline"), null=True, blank=True)
    sources = models.ManyToManyField(Source, blank=True, related_name="campaigns", verbose_name=_("sources"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class Sop(models.Model):
    """A reusable plan of steps; what runs is one of its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    summary = models.CharField(_("what it is for"), max_length=300, blank=True)
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, related_name="sops", verbose_name=_("campaign")
    )
    state = models.CharField(_("state"), max_length=8, choices=SopState.choices, default=SopState.DRAFT)
    trigger = models.CharField(_("starts when"), max_length=20, choices=Trigger.choices)
    trigger_tag = models.ForeignKey(
        Tag, models.PROTECT, null=True, blank=True, related_name="started_sops", verbose_name=_("this tag")
    )
    trigger_segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="started_sops", verbose_name=_("this segment")
    )
    exit_when_won = models.BooleanField(_("ends when won"), default=True)
    late_policy = models.CharField(
        _("what is late"), max_length=5, choices=LatePolicy.choices, default=LatePolicy.SEND, db_default=LatePolicy.SEND
    )
    late_after_minutes = models.PositiveIntegerField(
        _("late after so many minutes"),
        default=60,
        db_default=60,
        validators=[MinValueValidator(1), MaxValueValidator(30 * 24 * 60)],
    )
    catch_up_per_minute = models.PositiveIntegerField(
        _("late touches per minute"),
        default=600,
        db_default=600,
        validators=[MinValueValidator(1), MaxValueValidator(60_000)],
    )
    draft_steps = models.JSONField(_("draft"), default=list, blank=True)
    live_version = models.ForeignKey(
        "SopVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("live version")
    )
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("SOP")
        verbose_name_plural = _("SOPs")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(trigger=Trigger.TAG_ADDED) | Q(trigger_tag__isnull=False), name="sop_names_its_tag"
            ),
            models.CheckConstraint(
                condition=~Q(trigger__in=OF_SEGMENTS) | Q(trigger_segment__isnull=False), name="sop_names_its_segment"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SopVersion(models.Model):
    """What was published once; never changed."""

    id = models.BigAutoField(primary_key=True)
    sop = models.ForeignKey(Sop, models.CASCADE, related_name="versions", verbose_name=_("SOP"), db_index=False)
    number = models.PositiveIntegerField(_("number"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("SOP version")
        verbose_name_plural = _("SOP versions")
        ordering = ["sop", "-number"]
        constraints = [models.UniqueConstraint(fields=["sop", "number"], name="sop_version_once")]

    def __str__(self) -> str:
        return f"{self.sop} v{self.number}"


class Step(models.Model):
    """One planned action of a version at an offset T+N. `number` names the step across versions."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(
        SopVersion, models.CASCADE, related_name="steps", verbose_name=_("version"), db_index=False
    )
    number = models.PositiveSmallIntegerField(_("number"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    offset = models.JSONField(_("offset"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=20_000)
    material = models.ForeignKey(
        Material, models.PROTECT, null=True, blank=True, related_name="steps", verbose_name=_("material")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="step_number_once"),
            models.UniqueConstraint(fields=["version", "position"], name="step_position_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Lane(models.Model):
    """SOP x channel: what opens and closes as one. Touchpoints of a closed lane cost nothing.

    One that a fault closed for a moment has its `closure` and `reopen_at`, one whose SOP was paused
    somebody's `reason`, in their words. A provider that fails shuts the channel's `Breaker` instead.

    `progress_at` says, to the minute, when touches last went out. During a catch-up those due until
    `late_before` are let out in turns, the next one at `catch_up_at`; whatever is due later goes
    out as ever. Those due before `past_before` are left out for good.
    """

    id = models.AutoField(primary_key=True)
    sop = models.ForeignKey(Sop, models.CASCADE, related_name="lanes", verbose_name=_("SOP"), db_index=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    is_open = models.BooleanField(_("open"), default=True)
    reopen_at = models.DateTimeField(_("reopens at"), null=True, blank=True)
    closure = models.CharField(
        _("closed because"), max_length=12, choices=Closure.choices, blank=True, default="", db_default=""
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    progress_at = models.DateTimeField(_("last went out at"), null=True, blank=True)
    late_before = models.DateTimeField(_("backlog due until"), null=True, blank=True)
    catch_up_at = models.DateTimeField(_("next turn of the backlog"), null=True, blank=True)
    past_before = models.DateTimeField(_("left out when due before"), null=True, blank=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        constraints = [
            models.UniqueConstraint(fields=["sop", "channel"], name="lane_once"),
            models.CheckConstraint(
                condition=Q(late_before__isnull=True, catch_up_at__isnull=True)
                | Q(late_before__isnull=False, catch_up_at__isnull=False),
                name="lane_catch_up_has_a_turn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sop_id} {self.channel}"


class Breaker(models.Model):
    """A channel's provider as this business meets it: its account and quota. No row: nothing ever failed.

    Shut from a failure on until `reopen_at`; then, and while that is not known to have gone well,
    one touch at a time goes out as a probe, held by `probe_token` until `probe_until` at most.
    """

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, primary_key=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    closure = models.CharField(_("closed because"), max_length=12, choices=Closure.choices, blank=True)
    reopen_at = models.DateTimeField(_("tried again at"), null=True, blank=True)
    probe_token = models.UUIDField(_("token of the probe"), null=True, blank=True)
    probe_until = models.DateTimeField(_("probed until"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of a channel")
        verbose_name_plural = _("states of channels")

    def __str__(self) -> str:
        return self.get_channel_display()


class Enrollment(models.Model):
    """One contact in one version of an SOP, with its anchor T. `entry` counts re-entries.

    From `archived_at` on its touchpoints lie in the archive and no more are planned.
    """

    id = models.BigAutoField(primary_key=True)
    sop = models.ForeignKey(Sop, models.CASCADE, related_name="enrollments", verbose_name=_("SOP"), db_index=False)
    version = models.ForeignKey(SopVersion, models.PROTECT, related_name="enrollments", verbose_name=_("version"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="enrollments", verbose_name=_("contact"), db_index=False
    )
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="enrollments", verbose_name=_("lead")
    )
    entry = models.PositiveSmallIntegerField(_("entry"), default=1)
    anchor_at = models.DateTimeField(_("T"))
    zone = models.CharField(_("time zone"), max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=EnrollmentState.choices, default=EnrollmentState.ACTIVE)
    exit_reason = models.CharField(_("exit reason"), max_length=20, choices=Reason.choices, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [models.UniqueConstraint(fields=["sop", "contact", "entry"], name="enrollment_once")]
        indexes = [
            models.Index(fields=["contact"], name="enrollment_contact"),
            models.Index(
                fields=["ended_at"],
                name="enrollment_to_archive",
                condition=Q(ended_at__isnull=False, archived_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sop_id} {self.contact_id}"


class Touchpoint(models.Model):
    """One intended contact at one time: the ledger row. Unique per enrollment, step and occurrence.

    What finished long ago lies in `campaigns_touchpointarchive`, a child table that PostgreSQL reads along with this
    one. The engine reads this one ONLY.
    """

    id = models.BigAutoField(primary_key=True)
    enrollment = models.ForeignKey(
        Enrollment, models.CASCADE, related_name="touchpoints", verbose_name=_("enrollment"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="touchpoints", verbose_name=_("contact"), db_index=False
    )
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="touchpoints", verbose_name=_("lane"), db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, related_name="touchpoints", verbose_name=_("step"), db_index=False)
    step_number = models.PositiveSmallIntegerField(_("step number"))
    occurrence = models.PositiveSmallIntegerField(_("occurrence"), default=1)
    due_at = models.DateTimeField(_("due at"))
    state = models.PositiveSmallIntegerField(_("state"), choices=TouchState.choices, default=TouchState.PLANNED)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    token = models.UUIDField(_("token"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, null=True, blank=True)
    detail = models.CharField(_("detail"), max_length=300, null=True, blank=True)
    provider_ref = models.CharField(_("provider's reference"), max_length=120, null=True, blank=True)

    class Meta:
        verbose_name = _("touchpoint")
        verbose_name_plural = _("touchpoints")
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step_number", "occurrence"], name="touchpoint_once"),
            models.CheckConstraint(
                condition=~Q(state=TouchState.SENT) | Q(sent_at__isnull=False), name="touchpoint_sent_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TouchState.CLAIMED, TouchState.SENDING])
                | Q(token__isnull=False, lease_until__isnull=False),
                name="touchpoint_held_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "due_at"], name="touchpoint_due", condition=Q(state=TouchState.PLANNED)),
            models.Index(
                fields=["lease_until"],
                name="touchpoint_lease",
                condition=Q(lease_until__isnull=False),
            ),
            models.Index(fields=["due_at"], name="touchpoint_unknown", condition=Q(state=TouchState.UNKNOWN)),
            models.Index(fields=["contact", "-due_at"], name="touchpoint_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id}/{self.step_number}"


class RepTask(models.Model):
    """Something for a representative to do: a touchpoint of the rep channel, or what was agreed on in a talk.

    `remind_at` is when its owner is reminded; nothing once they were.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    touchpoint = models.OneToOneField(
        Touchpoint,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="task",
        verbose_name=_("touchpoint"),
        # PostgreSQL would look for it among the live rows only.
        db_constraint=False,
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="tasks", verbose_name=_("contact"), db_index=False
    )
    owner = models.ForeignKey(User, models.CASCADE, related_name="tasks", verbose_name=_("owner"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    due_at = models.DateTimeField(_("due at"))
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    interaction = models.ForeignKey(
        Interaction,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("agreed on in"),
        db_index=False,
    )
    remind_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("representative's task")
        verbose_name_plural = _("representatives' tasks")
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["owner", "due_at"], name="task_open", condition=Q(state=TaskState.OPEN)),
            models.Index(fields=["contact", "-due_at"], name="task_contact"),
            models.Index(fields=["remind_at"], name="task_remind", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["interaction"], name="task_interaction", condition=Q(interaction__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title
