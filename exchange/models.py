"""What comes in and goes out: API keys, idempotency, the inbox, long jobs, webhooks."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import InboxState, JobState
from scrm.core.ids import uuid7


class ApiKey(models.Model):
    """Lets another system in. Only a hash is kept: the secret is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.BinaryField(_("digest"), max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=20), verbose_name=_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    allowed_from = ArrayField(models.CharField(max_length=43), verbose_name=_("allowed from"), default=list, blank=True)
    rate_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    previous_digest = models.BinaryField(_("previous digest"), max_length=32, null=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret until"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer once given to a request, given again to the same request."""

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(_("caller"), max_length=64)
    key = models.CharField(_("key"), max_length=255)
    request_digest = models.BinaryField(_("request digest"), max_length=32)
    status = models.PositiveSmallIntegerField(_("status"))
    answer = models.JSONField(_("answer"), default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key


class InboxMessage(models.Model):
    """What another system pushed, stored before it was answered; its payload is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(_("channel"), max_length=40)
    dedupe_key = models.BinaryField(_("dedupe key"), max_length=32)
    payload = models.BinaryField(_("payload"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=InboxState.choices, default=InboxState.RECEIVED)
    error = models.CharField(_("error"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)

    class Meta:
        verbose_name = _("inbox message")
        verbose_name_plural = _("inbox")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["channel", "dedupe_key"], name="inbox_once")]
        indexes = [models.Index(fields=["due_at"], name="inbox_due", condition=models.Q(state=InboxState.RECEIVED))]

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at:%Y-%m-%d %H:%M}"


class Job(models.Model):
    """Long work with progress that can be cancelled and resumed from its checkpoint."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.WAITING)
    options = models.JSONField(_("options"), default=dict, blank=True)
    checkpoint = models.JSONField(_("checkpoint"), default=dict, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    file = models.FileField(_("file"), upload_to="jobs/", blank=True)
    error_file = models.FileField(_("error file"), upload_to="jobs/", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    token = models.UUIDField(_("token"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        # Ended ones are due too: their files go.
        indexes = [models.Index(fields=["due_at"], name="job_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return self.title or self.kind


class JobTally(models.Model):
    """How often a running job has met an equal row, so that the next one gets the next number."""

    id = models.BigAutoField(primary_key=True)
    # The job's row is there as long as this is; a check per row would cost more than it finds.
    job = models.ForeignKey(Job, models.CASCADE, related_name="+", db_constraint=False, verbose_name=_("job"))
    digest = models.BinaryField(_("digest"), max_length=16)
    count = models.PositiveIntegerField(_("count"))

    class Meta:
        verbose_name = _("tally of a job")
        verbose_name_plural = _("tallies of jobs")
        constraints = [models.UniqueConstraint(fields=["job", "digest"], name="job_tally_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.count}"


class Webhook(models.Model):
    """Where another system wants to hear of changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    event_types = ArrayField(models.CharField(max_length=60), verbose_name=_("event types"), default=list, blank=True)
    secret = models.BinaryField(_("secret"), null=True, editable=False)
    active = models.BooleanField(_("active"), default=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
