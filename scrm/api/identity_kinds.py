"""/identity-kinds: the kinds of identity that the business added to those that everybody has."""

from django.db.models import QuerySet
from rest_framework import serializers

from contacts.models import CustomKind
from contacts.selectors.kinds import kind_rows
from scrm.api.access import CONTACTS_READ
from scrm.api.base import ListResource


class IdentityKindOut(serializers.ModelSerializer):
    class Meta:
        model = CustomKind
        fields: tuple[str, ...] = (
            *("id", "code", "label", "label_zh", "help_text", "spelling", "pattern", "matches", "several", "masked"),
        )


class IdentityKindList(ListResource):
    """Kinds of identity of the business's own, the newest first: their codes name them in `identities`."""

    access = {"GET": CONTACTS_READ}
    serializer_class = IdentityKindOut

    def rows(self) -> QuerySet[CustomKind]:
        return kind_rows()
