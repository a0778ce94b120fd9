"""Reads what another system pushed: a body as data, data as paths with their texts. Pure."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from django.utils.translation import gettext

LARGEST: Final = 1024 * 1024
DEEPEST: Final = 12
MOST_PATHS: Final = 400
MOST_ITEMS: Final = 1_000
JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "application/x-www-form-urlencoded"

_LABELS: Final = ("name", "key", "field", "question", "label", "title", "id")
_ANSWERS: Final = ("value", "values", "answer", "answers", "text", "content")
_MOST_FIELDS: Final = 2_000


class UnreadablePayload(ValueError):
    """A body that can't be read; `status` is what its sender is answered."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def type_of(header: str) -> str:
    """JSON_TYPE or FORM_TYPE; UnreadablePayload for what we don't read."""
    kind = header.partition(";")[0].strip().casefold()
    if kind == FORM_TYPE:
        return FORM_TYPE
    if kind in ("", "text/plain", "text/json", JSON_TYPE) or (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        return JSON_TYPE
    if kind.endswith("xml"):
        raise UnreadablePayload(gettext("XML is not read here. Send JSON, or a form."), 415)
    raise UnreadablePayload(gettext("Send JSON (application/json) or a form (application/x-www-form-urlencoded)."), 415)


def parse_body(body: bytes, content_type: str) -> Any:
    """The data of a body: an object, or a list of them."""
    if len(body) > LARGEST:
        raise UnreadablePayload(gettext("The body is larger than 1 MB."), 413)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadablePayload(gettext("The body is not UTF-8.")) from error
    data = _form(text) if content_type == FORM_TYPE else _json(text)
    if not isinstance(data, dict | list) or not data:
        raise UnreadablePayload(gettext("The body holds no object."))
    return data


def _json(text: str) -> Any:
    try:
        data = json.loads(text, parse_constant=_no_number)
        # Halves of characters, which JSON can spell and nothing can store.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise UnreadablePayload(gettext("The body is not JSON.")) from error
    return data


def _no_number(word: str) -> None:
    raise ValueError(word)


def _form(text: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise UnreadablePayload(gettext("The body is not a form.")) from error
    data: dict[str, Any] = {}
    for name, value in pairs:
        if name in data:
            before = data[name]
            data[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            data[name] = value
    # Some put a whole JSON object into one field.
    for name, value in data.items():
        if isinstance(value, str) and value[:1] in "{[" and len(value) > 1:
            try:
                data[name] = _json(value)
            except UnreadablePayload:
                continue
    return data


def list_paths(data: Any) -> list[str]:
    """Where a payload holds lists of objects that may each be a lead; an empty path is the payload itself."""
    found = [""] if _is_list_of_objects(data) else []
    queue = [("", data, 0)]
    while queue:
        path, node, depth = queue.pop(0)
        if isinstance(node, dict) and depth < DEEPEST:
            for key, value in node.items():
                place = _joined(path, str(key))
                if _is_list_of_objects(value) and _pairs(value) is None:
                    found.append(place)
                queue.append((place, value, depth + 1))
    return found[:20]


def items_at(data: Any, path: str) -> list[Any]:
    """The leads of a payload: what stands in its list, or the payload itself without one.

    UnreadablePayload when there is no such list, so that a sender who changes shape is noticed.
    """
    node = data
    for part in path.split(".") if path else []:
        node = node.get(part) if isinstance(node, dict) else None
    if isinstance(node, list):
        if len(node) > MOST_ITEMS:
            raise UnreadablePayload(gettext("There are more than %(most)s leads.") % {"most": MOST_ITEMS}, 413)
        return node
    if path and not isinstance(node, dict):
        raise UnreadablePayload(gettext("There is no list at “%(path)s”.") % {"path": path[:80]}, 422)
    return [node]


def flatten(data: Any) -> dict[str, str]:
    """Each text with its path: `contact.phone`, `answers[0]`, and for lists of named answers `answers[Phone]`."""
    found: dict[str, str] = {}
    for path, text in _walk(data, "", 0):
        if len(found) >= MOST_PATHS:
            break
        found.setdefault(path, text)
    return found


def _walk(node: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST or node is None:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, _joined(path, str(key)), depth + 1)
    elif isinstance(node, list):
        pairs = _pairs(node)
        if pairs is not None:
            for label, value in pairs:
                yield from _walk(value, f"{path}[{label}]", depth + 1)
        elif node and all(isinstance(each, str | int | float) for each in node):
            yield path, ", ".join(map(_text, node))
        else:
            for place, value in enumerate(node):
                yield from _walk(value, f"{path}[{place}]", depth + 1)
    elif path:
        yield path, _text(node)


def _pairs(node: list[Any]) -> list[tuple[str, Any]] | None:
    """Answers by their question, where a list is one of questions with their answers."""
    if not _is_list_of_objects(node):
        return None
    found = []
    for each in node:
        label = next((each[name] for name in _LABELS if isinstance(each.get(name), str) and each[name].strip()), None)
        answer = next((name for name in _ANSWERS if name in each), None)
        if label is None or answer is None or len(each) > 6:
            return None
        found.append((" ".join(label.split())[:80], each[answer]))
    return found if len({label for label, _value in found}) == len(found) else None


def _is_list_of_objects(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(each, dict) for each in node)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
