"""What is found by parts of its name."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contacts.finding.keys import keys_of


class NameKeys(ArrayField):
    """The keys of the row's `name`, worked out whenever the row is written whole."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        keys = keys_of(getattr(model_instance, "name", ""))
        setattr(model_instance, self.attname, keys)
        return keys


class Findable(models.Model):
    """A row with a name. Whoever writes the column `name` by other ways than save() writes `search_keys` too."""

    search_keys = NameKeys(models.TextField(), default=list, db_default=[], editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        if update_fields is not None and "name" in update_fields:
            update_fields = [*update_fields, "search_keys"]
        super().save(*args, update_fields=update_fields, **options)
