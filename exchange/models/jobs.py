"""Long work."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import JobState
from scrm.core.ids import uuid7


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


class JobChange(models.Model):
    """Whose something was before a job gave it to somebody else, so that it can be taken back; `why` it was not.

    The job alone knows what `kind` and `subject` mean. Gone with its files, see `exchange.jobs`.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="+", db_index=False, verbose_name=_("job"))
    kind = models.CharField(_("kind"), max_length=10)
    subject = models.UUIDField(_("subject"))
    before = models.UUIDField(_("whose it was"), null=True)
    after = models.UUIDField(_("whose it is"), null=True)
    why = models.CharField(_("why it stays"), max_length=10, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of a job")
        verbose_name_plural = _("changes of jobs")
        constraints = [models.UniqueConstraint(fields=["job", "kind", "subject"], name="job_change_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.kind}"
