"""Reads and writes a taxonomy as a file: JSON, or a table with a line for each tag."""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext

from exchange.error_file import cell_before, safe_cell
from exchange.problems import Problem, UnreadableFile
from leads.small_files import BadCell, Checked, check_file
from tagging.enums import CategoryKind, Colour
from tagging.taxonomy import FORMAT, Line, as_tree

HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "category": ("category", "分类", "标签分类", "类别"),
    "kind": ("kind", "类型", "分类类型"),
    "group": ("group", "组", "标签组"),
    "exclusive": ("one at most", "exclusive", "最多一个", "互斥", "单选"),
    "code": ("code", "编码", "标签编码"),
    "name": ("tag", "name", "标签", "标签名称"),
    "colour": ("colour", "color", "颜色"),
    "description": ("what it means", "description", "说明", "描述", "含义"),
}
TAGS_MOST: Final = 2_000
_CODE: Final = re.compile(r"[a-zA-Z0-9_-]{1,60}")
_YES: Final = frozenset({"yes", "y", "true", "1", "是", "互斥", "单选"})
_NO: Final = frozenset({"no", "n", "false", "0", "", "否", "多选"})


def as_json(lines: Iterable[Line]) -> str:
    return json.dumps(as_tree(lines), ensure_ascii=False, indent=2) + "\n"


def as_csv(lines: Iterable[Line]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([words[0] for words in HEADINGS.values()])
    for line in lines:
        alone = "yes" if line.exclusive else "no"
        cells = (line.category, line.kind, line.group, alone, line.code, line.name, line.colour, line.description)
        writer.writerow([safe_cell(cell) for cell in cells])
    # With the mark, without which Excel reads Chinese as Latin.
    return text.getvalue().encode("utf-8-sig")


def check_taxonomy(file: BinaryIO) -> Checked[Line]:
    """The tags that a file names, and what is wrong with it; UnreadableFile where nothing can be read."""
    text = file.read()
    file.seek(0)
    if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        checked = _check_tree(text)
    else:
        checked = check_file(file, headings=HEADINGS, required=("category", "group", "name"), make=_cells)
    if len(checked.made) > TAGS_MOST:
        raise UnreadableFile("too_many", gettext("The file has more than 2,000 tags."))
    return _once(checked)


def _check_tree(text: bytes) -> Checked[Line]:
    try:
        tree = json.loads(text.decode("utf-8-sig"))
        rows = list(_rows(tree)) if tree.get("format") == FORMAT else None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        rows = None
    if rows is None:
        raise UnreadableFile("no_taxonomy", gettext("This is not a file of tags. Export one to see how it looks."))
    checked: Checked[Line] = Checked()
    for number, row in enumerate(rows, 1):
        try:
            checked.made.append(_line(row))
        except BadCell as bad:
            checked.problems.append(Problem(number, bad.field, row[bad.field][:200], str(bad), bad.fix))
            checked.bad_rows += 1
    return checked


def _rows(tree: Mapping[str, Any]) -> Iterable[dict[str, str]]:
    for category in tree["categories"]:
        of_category = {"category": category["name"], "kind": category.get("kind", "")}
        for group in category.get("groups", []) or [None]:
            if group is None:
                yield _texts(of_category)
                continue
            alone = "yes" if group.get("exclusive") is True else "no"
            of_group = {**of_category, "group": group["name"], "exclusive": alone}
            for tag in group.get("tags", []) or [{}]:
                yield _texts({**of_group, **{name: tag.get(name, "") for name in ("code", "name")}, **_looks(tag)})


def _looks(tag: Mapping[str, Any]) -> dict[str, Any]:
    return {"colour": tag.get("colour", ""), "description": tag.get("description", "")}


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    if any(not isinstance(value, str) for value in row.values()):
        raise TypeError("Every value is a text.")
    return {name: row.get(name, "").strip() for name in HEADINGS}


def _line(values: Mapping[str, str]) -> Line:
    said = {name: values.get(name, "") for name in HEADINGS}
    for name in ("category", *(["group"] if said["name"] else [])):
        if not said[name]:
            raise BadCell(name, gettext("This is empty."))
    for name, most in (("category", 60), ("group", 60), ("name", 60), ("description", 200)):
        if len(said[name]) > most:
            raise BadCell(name, gettext("This is too long."), gettext("At most %(most)s characters.") % {"most": most})
        if "\0" in said[name]:
            raise BadCell(name, gettext("This holds a character that can't be kept."))
    if said["code"] and not _CODE.fullmatch(said["code"]):
        fix = gettext("Letters, digits, hyphens and underscores, 60 at most.")
        raise BadCell("code", gettext("This is no code."), fix)
    return Line(
        category=said["category"],
        kind=_choice(said, "kind", CategoryKind.labels, CategoryKind.values) or CategoryKind.CUSTOM.value,
        group=said["group"],
        exclusive=_is_yes(said["exclusive"]),
        code=said["code"],
        name=said["name"],
        colour=_choice(said, "colour", Colour.labels, Colour.values) or Colour.GRAY.value,
        description=said["description"],
    )


def _cells(values: Mapping[str, str]) -> Line:
    return _line({name: cell_before(value) for name, value in values.items()})


def _choice(said: Mapping[str, str], name: str, labels: Sequence[Any], values: Sequence[str]) -> str:
    """A choice by its value, or by how it is called here; empty where nothing was said."""
    known = {str(label).lower(): value for label, value in zip(labels, values, strict=True)}
    known |= {value: value for value in values}
    told = said[name].lower()
    if told and told not in known:
        raise BadCell(name, gettext("This is none of the choices."), ", ".join(values))
    return known.get(told, "")


def _is_yes(said: str) -> bool:
    if said.lower() not in _YES | _NO:
        raise BadCell("exclusive", gettext("This is neither yes nor no."))
    return said.lower() in _YES


def _once(checked: Checked[Line]) -> Checked[Line]:
    """A code, and a name in its group, once; and a group is of one kind."""
    kept: list[Line] = []
    codes: set[str] = set()
    names: set[tuple[str, str, str]] = set()
    groups: dict[tuple[str, str], bool] = {}
    for number, line in enumerate(checked.made, 1):
        reason = ""
        if line.code in codes:
            reason = gettext("This code stands twice in the file.")
        elif line.name and (*line.place, line.name) in names:
            reason = gettext("This tag stands twice in the file.")
        elif groups.setdefault(line.place, line.exclusive) != line.exclusive:
            reason = gettext("This group is once for one tag and once for several.")
        if reason:
            checked.problems.append(Problem(number, "code" if line.code in codes else "name", line.name, reason, ""))
            checked.bad_rows += 1
            continue
        codes |= {line.code} - {""}
        names.add((*line.place, line.name))
        kept.append(line)
    checked.made = kept
    return checked
