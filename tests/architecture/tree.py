"""Reads the product's modules as syntax trees: where each stands, what it imports, what it calls."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    *("tenants", "accounts", "scheduler", "exchange", "alerts", "contacts", "events", "leads", "tagging"),
    *("lifecycle", "commerce", "content", "audiences", "campaigns", "analytics", "operations"),
)
DOORS = ("scrm/api/", "scrm/web/", "scrm/webhooks/", "scrm/worker/")


@dataclass(frozen=True)
class Module:
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        first = self.path.split("/")[0]
        return first if first in ROOMS else ""

    @property
    def is_door(self) -> bool:
        return self.path.startswith(DOORS)

    @property
    def is_service(self) -> bool:
        parts = self.path.split("/")
        return bool(self.room) and (parts[1].startswith("services") or self.path in WRITERS)

    def offence(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)} {what}"


WRITERS = {
    "accounts/audit.py",
    "accounts/session_store.py",
    "accounts/support.py",
    "exchange/keys.py",
    "exchange/idempotency.py",
    "exchange/job_changes.py",
    "exchange/jobs.py",
    "exchange/deliveries.py",
    "exchange/endpoints.py",
    "exchange/outbox.py",
    "exchange/sealed.py",
    "exchange/webhooks.py",
    "content/links.py",
    "contacts/resealing.py",
    "contacts/upkeep.py",
    "content/upkeep.py",
    "leads/upkeep.py",
    "tagging/upkeep.py",
    "tenants/domains.py",
    "tenants/portable/restore.py",
    "tenants/standing.py",
}
"""Services whose file is named for its subject, as `services` would outgrow its room."""


@cache
def product() -> list[Module]:
    """Every module that ships, without migrations."""
    found = [path for folder in (*ROOMS, "scrm") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [read(path) for path in found if "migrations" not in path.parts]


def everything() -> list[Module]:
    """What ships and what proves it."""
    more = [path for folder in ("tests", "benchmarks", "chaos") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*product(), *(read(path) for path in more)]


def read(path: Path) -> Module:
    return Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last name of what is called: `save` of `lead.save()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def root_name(node: ast.AST) -> str:
    """The first name of a chain: `Lead` of `Lead.objects.filter(...).update`."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        else:
            return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.AST) -> Iterator[tuple[ast.AST, str, str]]:
    """(node, module, name) of each import that runs; `name` is empty for `import module`."""
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, ""
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node, node.module, alias.name


def imported_models(tree: ast.AST) -> dict[str, str]:
    """Names of models in this module, and the room that each comes from."""
    return {
        alias.asname or alias.name: node.module.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".models")
        for alias in node.names
    }
