"""Structured log lines; personal data and secrets never go into them."""

import re
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

import structlog
from django.apps import apps

from scrm.core import tenancy

_MASK: Final = "***"
_SECRET_NAMES: Final = re.compile(
    r"pass(word|wd)?|secret|token|api_?key|authorization|cookie|session|signature|otp|seed|phone|mobile|e_?mail|address",
    re.IGNORECASE,
)
"""What stands under such a name is not shown, whatever it is."""
_MASKED: Final = (
    # Whoever is in the query string: searched phones, signed tokens, log-in codes.
    (re.compile(r"(?<=[\w/])\?[^\s\"'<>#\]),]+"), f"?{_MASK}"),
    # What stands in an address as a key: of a mailed link, a way in, an entry link, a withdrawal, a tracked link.
    (re.compile(r"(/(?:password/reset/key|support/enter|hooks/in|l|u|t)/)[^\s\"'<>?#]+"), rf"\1{_MASK}"),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=:-]{8,}"), rf"\1 {_MASK}"),
    (re.compile(r"(://[^/\s:@]*:)[^@\s/]+@"), rf"\1{_MASK}@"),
    (
        re.compile(
            r"(?i)\b(pass(?:word|wd)?|secret|token|api[_-]?key|sig|signature|code)(['\"]?\s*[=:]\s*)['\"]?[^\s'\",;&)}]+"
        ),
        rf"\1\2{_MASK}",
    ),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*"), f"{_MASK}@{_MASK}"),
    # PostgreSQL and others repeat the values that they refuse.
    (re.compile(r"(?i)(Key \([^)]*\)=)\([^)]*\)"), rf"\1({_MASK})"),
    (re.compile(r"(?i)(Failing row contains )\(.*"), rf"\1({_MASK})"),
    # A run of digits that may be a phone; a time, an id in hex or with letters, and a short number are none.
    (
        re.compile(r"(?<![\w.+-])(?!\d{4}-\d\d-\d\d)\+?(?:\(?\d{2,5}\)?[ -]?)?\d(?:[ -]?\d){6,13}(?![\w:-]|\.\d)"),
        _MASK,
    ),
)
_PLAIN: Final = frozenset(
    {"timestamp", "level", "logger", "request_id", "schema", "user", "event_id", "lineno", "status_code"}
)


_LARGEST: Final = 10**9
"""A number from here on may be a phone."""

person: ContextVar[Callable[[], str | None]] = ContextVar("person", default=lambda: None)
"""Who is at work, if that is known by now; a line must not make anybody look it up."""


def masked(text: str) -> str:
    """The text without phones, addresses, query strings and secrets."""
    for pattern, instead in _MASKED:
        text = pattern.sub(instead, text)
    return text


def mask(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before a line is written: whatever was put into it, and tracebacks too."""
    for name, value in line.items():
        if name not in _PLAIN and not name.startswith("_"):
            line[name] = _clean(name, value)
    return line


def say_where(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whose work it is: the tenant, and the person's id; the request's or task's id comes from the context."""
    if apps.ready:
        line.setdefault("schema", tenancy.schema_name())
    if (user := person.get()()) is not None:
        line.setdefault("user", user)
    return line


def _clean(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _SECRET_NAMES.search(name):
        return _MASK
    if isinstance(value, int | float):
        return _MASK if abs(value) >= _LARGEST else value
    if isinstance(value, Mapping):
        return {key: _clean(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_clean(name, each) for each in value]
    return masked(str(value))


pre_chain: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    say_where,
]
_finish: Final[list[Any]] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.format_exc_info,
    mask,
]
_ORDER: Final = ["timestamp", "level", "logger", "event"]
plain: Final[list[Any]] = [*_finish, structlog.processors.KeyValueRenderer(key_order=_ORDER, drop_missing=True)]
json_lines: Final[list[Any]] = [*_finish, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]

structlog.configure(
    processors=[*pre_chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
