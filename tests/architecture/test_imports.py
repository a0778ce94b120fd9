"""The import contracts hold, and break when somebody breaks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, ROOT

OFFENCES = {
    "contacts/enums.py": "import leads.services",
    "tagging/enums.py": "import lifecycle.enums",
    "leads/enums.py": "import scrm.flows.arrival",
    "scrm/core/clock.py": "import tenants.models",
    "scrm/worker/bell.py": "import scrm.api.errors",
    "campaigns/channels/base.py": "import campaigns.services",
    "scrm/embedded/health.py": "import scrm.core.clock",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)})


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """What import-linter says of a copy of the house with an offence in each place."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in (*ROOMS, "scrm"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("migrations", "__pycache__"))
    for path, line in OFFENCES.items():
        with (folder / path).open("a") as module:
            module.write(f"\n{line}\n")
    return lint(folder)


def test_imports_flow_down_only():
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("path", "line"), OFFENCES.items())
def test_contract_finds_what_is_planted(planted, path, line):
    module = path.removesuffix(".py").replace("/", ".")
    target = line.removeprefix("import ")

    assert planted.returncode != 0
    assert f"{module} -> {target}" in planted.stdout
