"""The ten rules as functions from a module to its offences."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import ROOMS, Module, called, calls, imported_models, imports, root_name

_PLACE = re.compile(r"%[sdrf]")

LIMIT = 400
WRITES = {
    *(
        "save",
        "delete",
        "create",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
        "select_for_update",
    ),
    *("asave", "adelete", "acreate", "abulk_create", "insert_columns", "update_columns"),
}
SQL = {"cursor", "raw", "RawSQL", "stored_rows", "execute", "executemany", "executescript"}
ENQUEUES = {"delay", "apply_async", "send_task", "signature", "si"}
SLOW_TASK = 6
SQL_HOMES = ("/queries.py", "_queries.py", "scrm/core/", "scrm/embedded/")
NOT_PURE = ("models", "services", "selectors", "queries", "upkeep", "admin")


def is_query(call: ast.Call) -> bool:
    """`something.filter(...).update(...)`, unlike `{}.update(...)`, writes to the database."""
    return called(call) == "update" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call)


def speaks_sql(call: ast.Call) -> bool:
    # `together` is a pipeline of Redis commands.
    return called(call) in SQL and root_name(call) != "together"


def writes_in(tree: ast.AST) -> Iterator[ast.Call]:
    for call in calls(tree):
        # `super().save_model` and the like are Django's; cache.delete and storage.delete are no tables.
        if (called(call) in WRITES and root_name(call) not in {"cache", "storage", "super"}) or is_query(call):
            yield call


def door_offences(module: Module) -> Iterator[str]:
    """2. A door queries and saves nothing and speaks no SQL."""
    if not module.is_door:
        return
    # A form names a model by an empty queryset; that asks the database nothing.
    empty = {
        id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute) and node.attr == "none"
    }
    for node in ast.walk(module.tree):
        if id(node) in empty:
            continue
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            yield module.offence(node, "queries a model: call a selector")
    for call in writes_in(module.tree):
        yield module.offence(call, f"writes by {called(call)}(): call a flow or a service")
    for call in calls(module.tree):
        if speaks_sql(call) or called(call) in {"get_object_or_404", "get_list_or_404"}:
            yield module.offence(call, f"queries by {called(call)}(): call a selector")
    for node, name, what in imports(module.tree):
        if (name, what) == ("django.db", "transaction"):
            yield module.offence(node, "opens a transaction: a flow does")


def sql_offences(module: Module) -> Iterator[str]:
    """2. SQL lives only in queries.py."""
    if any(home in f"/{module.path}" or module.path.startswith(home) for home in SQL_HOMES):
        return
    for call in calls(module.tree):
        if speaks_sql(call):
            yield module.offence(call, f"speaks SQL by {called(call)}(): move it to queries.py")


def write_offences(module: Module) -> Iterator[str]:
    """3. All writes are in services."""
    if module.is_service or any(home in f"/{module.path}" for home in SQL_HOMES[:2]):
        return
    if not (module.room or module.path.startswith("scrm/")):
        return
    if module.path.startswith(("scrm/core/", "scrm/embedded/", "scrm/demo/", "scrm/settings.py")):
        return
    for call in writes_in(module.tree):
        yield module.offence(call, f"writes by {called(call)}(): a service does")


def foreign_write_offences(module: Module) -> Iterator[str]:
    """4. A service writes only its own room's tables."""
    if not module.is_service:
        return
    foreign = {
        name: room for name, room in imported_models(module.tree).items() if room in ROOMS and room != module.room
    }
    for call in writes_in(module.tree):
        bulk = called(call) in {"insert_columns", "update_columns"} and call.args
        target = root_name(call.args[0]) if bulk else root_name(call)
        # Holding a row is no writing: flows hand a service what it must lock.
        if target in foreign and called(call) != "select_for_update":
            yield module.offence(call, f"writes {target} of {foreign[target]}: that is a line in flows")
    for call in calls(module.tree):
        if isinstance(call.func, ast.Name) and call.func.id in foreign:
            yield module.offence(call, f"makes a {call.func.id} of {foreign[call.func.id]}: that is a line in flows")


def task_offences(module: Module) -> Iterator[str]:
    """5. Tasks are thin and live in the worker door."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            name = called(mark) if isinstance(mark, ast.Call) else getattr(mark, "attr", getattr(mark, "id", ""))
            if name not in {"task", "shared_task"}:
                continue
            if not module.path.startswith("scrm/worker/"):
                yield module.offence(node, f"{node.name} is a task outside the worker")
            yield from _fat(module, node, mark)


def _fat(module: Module, task: ast.FunctionDef, mark: ast.expr) -> Iterator[str]:
    base = next((key.value for key in getattr(mark, "keywords", []) if key.arg == "base"), None)
    kind = base.id if isinstance(base, ast.Name) else ""
    first = task.args.args[0].arg if task.args.args else ""
    if kind not in {"TenantTask", "PlatformTask"}:
        yield module.offence(task, f"{task.name} has neither TenantTask nor PlatformTask as its base")
    if kind == "TenantTask" and first != "schema_name":
        yield module.offence(task, f"{task.name} does not take schema_name first")
    inner = [node for node in ast.walk(task) if isinstance(node, ast.stmt) and node is not task]
    doc = 1 if ast.get_docstring(task) else 0
    if len(inner) - doc > SLOW_TASK:
        yield module.offence(task, f"{task.name} has {len(inner) - doc} statements; {SLOW_TASK} are enough")
    simple = {"str", "int", "bool", "float", "list", "None"}
    for arg in task.args.args:
        names = (
            {each.id for each in ast.walk(arg.annotation) if isinstance(each, ast.Name)} if arg.annotation else set()
        )
        if names - simple:
            yield module.offence(task, f"{task.name} takes more than ids: {arg.arg}")


def enqueue_offences(module: Module) -> Iterator[str]:
    """6. Only the worker enqueues, and no delay of the business is Celery's."""
    for call in calls(module.tree):
        if called(call) not in ENQUEUES or not isinstance(call.func, ast.Attribute):
            continue
        if not module.path.startswith("scrm/worker/"):
            yield module.offence(call, f"enqueues by {called(call)}(): write a due row instead")
        for key in call.keywords:
            if key.arg in {"eta", "countdown"}:
                yield module.offence(call, f"delays by {key.arg}: the time belongs into due_at")


def purity_offences(module: Module) -> Iterator[str]:
    """9. Pure files stay pure: no database, no clock, no network, no other layer."""
    if "Pure." not in (ast.get_docstring(module.tree) or ""):
        return
    for node, name, what in imports(module.tree):
        last = name.rpartition(".")[2]
        room = name.split(".")[0] in ROOMS
        outward = name.split(".")[0] in {"requests", "httpx", "socket", "redis", "celery", "smtplib"}
        if name.startswith("django.db") or outward or (room and (last in NOT_PURE or what in NOT_PURE)):
            yield module.offence(node, f"is pure and imports {name}")
        if name.startswith(("scrm.flows", "scrm.worker")) or (name, what) in {
            ("scrm.core", "clock"),
            ("scrm.core.clock", "now"),
        }:
            yield module.offence(node, f"is pure and imports {name} {what}".rstrip())


def size_offences(module: Module) -> Iterator[str]:
    """And for every room: no module over 400 lines."""
    lines = module.text.count("\n")
    if lines > LIMIT:
        yield f"{module.path} has {lines} lines"


def unfinished_offences(module: Module) -> Iterator[str]:
    """Nothing is left for later, hushed or waited for."""
    for number, line in enumerate(module.text.splitlines(), 1):
        for mark in ("TO" + "DO", "FIX" + "ME", "# no" + "qa", "NotImplemented" + "Yet"):
            if mark in line:
                yield f"{module.path}:{number} says {mark}"
    for call in calls(module.tree):
        if called(call) == "sleep" and root_name(call) == "time":
            yield module.offence(call, "sleeps")


def wording_offences(module: Module) -> Iterator[str]:
    """Shown strings are whole and have named places, or nobody can translate them."""
    for call in calls(module.tree):
        if (
            called(call) not in {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "ngettext_lazy"}
            or not call.args
        ):
            continue
        for text in call.args[: 2 if called(call).startswith("ngettext") else 1]:
            if isinstance(text, ast.JoinedStr | ast.BinOp):
                yield module.offence(call, "translates a text that is put together")
            elif isinstance(text, ast.Constant) and _PLACE.search(str(text.value).replace("%%", "")):
                yield module.offence(call, "has a place without a name")
