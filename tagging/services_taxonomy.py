"""Writes a taxonomy that a file or a starter brings: what is missing comes, what differs changes, nothing goes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from tagging.enums import Act
from tagging.models import Tag, TagCategory, TagGroup
from tagging.selectors import taxonomy_lines
from tagging.taxonomy import Line, Step, steps_between
from tagging.upkeep import free_code, refuse_several


@transaction.atomic
def take_taxonomy(*, lines: Sequence[Line], by: User | None, now: datetime) -> list[Step]:
    """Make the taxonomy say what the lines do; gives the steps taken. ValidationError, and then nothing is changed."""
    # Whoever else takes one waits here, and then sees what this one made.
    list(TagCategory.objects.select_for_update().order_by("pk").values_list("pk"))
    steps = steps_between(taxonomy_lines(), lines)
    for step in steps:
        _take(step)
    if steps:
        record_audit(action="tag.taxonomy_taken", actor=by, details={"changes": len(steps)}, now=now)
    return steps


def _take(step: Step) -> None:
    line = step.line
    if step.act == Act.CATEGORY:
        position = TagCategory.objects.count()
        TagCategory.objects.create(name=line.category, kind=line.kind, position=position)
    elif step.act == Act.GROUP:
        category = TagCategory.objects.get(name=line.category)
        TagGroup.objects.create(
            category=category, name=line.group, exclusive=line.exclusive, position=category.groups.count()
        )
    elif step.act == Act.ALONE:
        group = _group(line)
        group.exclusive = line.exclusive
        refuse_several(group, [])
        group.save(update_fields=["exclusive"])
    elif step.act == Act.TAG:
        group = _group(line)
        code = line.code or free_code(line.name)
        said = {"name": line.name, "colour": line.colour, "description": line.description}
        Tag.objects.create(group=group, code=code, position=group.tags.count(), **said)
    elif step.act != Act.TAKEN:
        _change(step)


def _change(step: Step) -> None:
    line, tag = step.line, Tag.objects.get(code=step.code)
    if step.act == Act.MOVE:
        tag.group = _group(line)
        # Its name there, at once: the one that it had may be another's.
        tag.name, tag.position = line.name, tag.group.tags.count()
        refuse_several(tag.group, [tag.pk])
    elif step.act == Act.RENAME:
        tag.name = line.name
    elif step.act == Act.COLOUR:
        tag.colour = line.colour
    elif step.act == Act.DESCRIBE:
        tag.description = line.description
    else:
        tag.archived = False
    tag.save()


def _group(line: Line) -> TagGroup:
    return TagGroup.objects.get(category__name=line.category, name=line.group)
