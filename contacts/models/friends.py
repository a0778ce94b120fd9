"""Whom of us somebody is connected with, and the chat groups they are in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import FriendshipState
from contacts.models.contacts import Contact
from scrm.core.ids import uuid7


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
