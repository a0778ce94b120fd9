"""Which tables point to another: what must follow a row, and what shows that it is used."""

from django.db.models import ManyToOneRel, Model


def pointers_to(subject: type[Model]) -> list[tuple[type[Model], str]]:
    """Every model and the name of its field that points here, in whatever room; one-to-one ones and hidden ones too."""
    relations = subject._meta.get_fields(include_hidden=True)
    return [(each.related_model, each.field.name) for each in relations if isinstance(each, ManyToOneRel)]
