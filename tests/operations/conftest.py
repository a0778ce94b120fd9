"""Migrations that a test plants after an app's own."""

import sys
import textwrap
from itertools import count

import pytest

from scrm.embedded.paths import ROOT

_number = count(1)


@pytest.fixture
def plant(tmp_path, monkeypatch, settings):
    """`plant(app, name=body, ...)` adds migrations to an app, each after the one before; a body is a class's."""
    monkeypatch.syspath_prepend(tmp_path)

    def add(app: str, **bodies: str) -> None:
        package = tmp_path / f"planted_{app}_{next(_number)}"
        package.mkdir()
        (package / "__init__.py").touch()
        last = ""
        for own in sorted((ROOT / app / "migrations").glob("[0-9]*.py")):
            (package / own.name).write_text(own.read_text())
            last = own.stem
        for name, body in bodies.items():
            text = (
                _HEAD + f"    dependencies = [({app!r}, {last!r})]\n" + textwrap.indent(textwrap.dedent(body), "    ")
            )
            (package / f"{name}.py").write_text(text)
            last = name
        settings.MIGRATION_MODULES = {**settings.MIGRATION_MODULES, app: package.name}

    yield add
    for name in [name for name in sys.modules if name.startswith("planted_")]:
        del sys.modules[name]


_HEAD = """\
import django.contrib.postgres.operations as postgres
import django.db.models as models
import django.db.migrations as migrations


class Migration(migrations.Migration):
"""
