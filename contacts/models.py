"""Who somebody is: companies, contacts, the identities that make one person, and consent."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.enums import ChannelKind, FriendshipState, IdentityKind
from scrm.core.ids import uuid7


class Company(models.Model):
    """An organisation that people belong to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="company_name_once")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """One person. Phones and addresses are identities, never columns here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True)
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("company")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("owner"),
        db_index=False,
    )
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=80, blank=True)
    zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("Empty: the business's own time zone.")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "-id"], name="contact_owner_newest"),
            models.Index(fields=["name"], name="contact_name"),
            models.Index(fields=["created_at"], name="contact_created"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Unnamed"))


class Identity(models.Model):
    """One way a contact is known. The value is sealed; `blind` finds it, `blind_tail` its last four."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities", verbose_name=_("contact"))
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices)
    sealed = models.BinaryField(_("sealed value"))
    blind = models.BinaryField(_("blind index"), max_length=16)
    blind_tail = models.BinaryField(_("blind index of the last four"), max_length=16, null=True)
    hint = models.CharField(_("as shown"), max_length=80, help_text=_("Masked, such as 138****1234."))
    provenance = models.CharField(_("came by"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["kind", "blind"], name="identity_once")]
        indexes = [models.Index(fields=["blind_tail"], name="identity_tail")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hint}"


class DoNotContact(models.Model):
    """A channel by which somebody must not be reached."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="do_not_contact", verbose_name=_("contact"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=8, choices=ChannelKind.choices)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("do-not-contact mark")
        verbose_name_plural = _("do-not-contact marks")
        constraints = [models.UniqueConstraint(fields=["contact", "channel"], name="do_not_contact_once")]

    def __str__(self) -> str:
        return self.get_channel_display()


class Consent(models.Model):
    """What somebody agreed to or withdrew, with the text they saw; never changed."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents", verbose_name=_("contact"))
    channel = models.CharField(_("channel"), max_length=8, choices=ChannelKind.choices)
    given = models.BooleanField(_("given"))
    text_version = models.CharField(_("text version"), max_length=40, blank=True)
    proof = models.JSONField(_("proof"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.at:%Y-%m-%d}"


class Friendship(models.Model):
    """Which representative is connected with which contact in which channel."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="friendships", verbose_name=_("contact"))
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="friendships", verbose_name=_("representative")
    )
    channel = models.CharField(_("channel"), max_length=20, default="wecom")
    state = models.CharField(
        _("state"), max_length=20, choices=FriendshipState.choices, default=FriendshipState.FRIENDS
    )
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("friendship")
        verbose_name_plural = _("friendships")
        constraints = [models.UniqueConstraint(fields=["contact", "rep", "channel"], name="friendship_once")]

    def __str__(self) -> str:
        return f"{self.rep} – {self.contact}"


class Group(models.Model):
    """A chat group."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=20, default="wecom")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="led_groups",
        verbose_name=_("owner"),
    )
    created_at = models.DateTimeField(_("created at"))
    members = models.ManyToManyField(
        Contact, through="GroupMember", related_name="chat_groups", verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships", verbose_name=_("group"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships", verbose_name=_("contact"))
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="group_member_once")]

    def __str__(self) -> str:
        return f"{self.contact} – {self.group}"
