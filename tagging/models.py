"""What kind of person: categories, groups and tags, who has them and why, and the rules that give them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from scrm.core.ids import uuid7
from tagging.enums import CategoryKind, TagSource
from tagging.points_models import TagScoring as TagScoring
from tagging.points_models import TagSignal as TagSignal
from tagging.score_models import ContactScore as ContactScore
from tagging.score_models import ScoreRule as ScoreRule
from tagging.score_models import ScoreScale as ScoreScale


class TagCategory(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=CategoryKind.choices, default=CategoryKind.CUSTOM)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tag category")
        verbose_name_plural = _("tag categories")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class TagGroup(models.Model):
    """Tags that answer one question; in an exclusive group a contact has one at most."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    category = models.ForeignKey(TagCategory, models.PROTECT, related_name="groups", verbose_name=_("category"))
    name = models.CharField(_("name"), max_length=60)
    exclusive = models.BooleanField(_("one at most"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tag group")
        verbose_name_plural = _("tag groups")
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["category", "name"], name="tag_group_once")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(TagGroup, models.PROTECT, related_name="tags", verbose_name=_("group"))
    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(
        _("colour"),
        max_length=10,
        default="gray",
        validators=[RegexValidator(r"^[a-z]+$")],
    )
    description = models.CharField(_("what it means"), max_length=200, blank=True, default="", db_default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who looks after it"),
        db_index=False,
    )
    lasts_days = models.PositiveSmallIntegerField(_("days that it lasts"), null=True, blank=True)
    archived = models.BooleanField(_("archived"), default=False)
    # Rules and other systems go on to say its code, which means the other one from then on.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="second_names", verbose_name=_("merged into")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class TagRule(models.Model):
    """Gives a tag: when an event of a type happens and the condition holds; without a type, to whomever it holds for.

    One without a type is asked about everybody, again and again; where it `takes`, the tag goes with the condition.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="rules", verbose_name=_("tag"))
    event_type = models.CharField(
        _("when this happens"), max_length=60, blank=True, help_text=_("The code of an event type.")
    )
    condition = models.JSONField(_("and this holds"), default=dict, blank=True)
    # Types of events after which one without a type is asked about at once.
    listens = ArrayField(
        models.CharField(max_length=60), verbose_name=_("asks about events of"), default=list, db_default=[], blank=True
    )
    takes = models.BooleanField(_("takes the tag when it no longer holds"), default=False, db_default=False)
    over_hand = models.BooleanField(_("goes over what people decided"), default=False, db_default=False)
    due_at = models.DateTimeField(_("next look at everybody"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("tag rule")
        verbose_name_plural = _("tag rules")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["event_type"], name="tag_rule_event", condition=models.Q(active=True)),
            models.Index(fields=["due_at"], name="tag_rule_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class TagAssignment(models.Model):
    """A contact has a tag now; since when, from where and on what evidence."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="tag_assignments", verbose_name=_("contact"), db_index=False
    )
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="assignments", verbose_name=_("tag"), db_index=False)
    source = models.CharField(_("source"), max_length=10, choices=TagSource.choices)
    rule = models.ForeignKey(
        TagRule, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rule"), db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tag of a contact")
        verbose_name_plural = _("tags of contacts")
        constraints = [models.UniqueConstraint(fields=["contact", "tag"], name="tag_assignment_once")]
        indexes = [
            models.Index(fields=["tag", "contact"], name="tag_assignment_tag"),
            models.Index(
                fields=["expires_at"], name="tag_assignment_ends", condition=models.Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.tag_id}"


class TagChange(models.Model):
    """A tag was added or removed; append-only."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="tag_changes", verbose_name=_("contact"), db_index=False
    )
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="changes", verbose_name=_("tag"))
    added = models.BooleanField(_("added"))
    source = models.CharField(_("source"), max_length=10, choices=TagSource.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    rule = models.ForeignKey(
        TagRule, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rule"), db_index=False
    )
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    # Of one that was removed: when it would have ended, so that it can come back as it was.
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tag change")
        verbose_name_plural = _("tag history")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["contact", "-at"], name="tag_change_contact"),
            models.Index(fields=["rule", "-at"], name="tag_change_rule", condition=models.Q(rule__isnull=False)),
            models.Index(fields=["tag", "-at"], name="tag_change_points", condition=models.Q(source="points")),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {'+' if self.added else '-'}{self.tag_id}"
