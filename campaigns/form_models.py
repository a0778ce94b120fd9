"""What a hosted form begins: its campaign, an SOP, and whose its leads become."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from leads.enums import OwnerRule
from leads.models import Form

User = settings.AUTH_USER_MODEL


class FormRoute(models.Model):
    """Where the leads of a form go. No row: they are shared out by turns, and no SOP of their own begins."""

    form = models.OneToOneField(
        Form, models.CASCADE, primary_key=True, related_name="route", verbose_name=_("form"), db_index=False
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="form_routes",
        verbose_name=_("campaign"),
    )
    sop = models.ForeignKey(
        "campaigns.Sop", models.SET_NULL, null=True, blank=True, related_name="form_routes", verbose_name=_("SOP")
    )
    owner_rule = models.CharField(
        _("whose the leads become"), max_length=10, choices=OwnerRule.choices, default=OwnerRule.TURNS
    )
    person = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="form_routes", verbose_name=_("person")
    )
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="form_routes", verbose_name=_("department")
    )

    class Meta:
        verbose_name = _("route of a form")
        verbose_name_plural = _("routes of forms")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(owner_rule=OwnerRule.PERSON), name="form_route_person_is_meant"
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=True) | Q(owner_rule=OwnerRule.DEPARTMENT),
                name="form_route_department_is_meant",
            ),
        ]

    def __str__(self) -> str:
        return str(self.form_id)
