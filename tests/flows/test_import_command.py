import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exchange.models import Job
from leads.models import Lead

FILE = "id,phone,source\n1,13800138000,Fair\n2,12,Fair\n3,13900139000,Select\n"
COUNTS = {"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(FILE)
    return path


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_leads", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def summary(*arguments: object) -> dict:
    return json.loads(run(*arguments).splitlines()[-1])


def test_command_prints_a_summary_and_writes_the_error_file(acme, file, tmp_path):
    errors = tmp_path / "errors.csv"

    said = summary(file, "--tenant", "acme", "--error-file", errors)

    assert said.items() >= COUNTS.items()
    assert Lead.objects.count() == 2
    with errors.open(encoding="utf-8-sig") as lines:
        rows = list(csv.reader(lines))
    assert [row[:3] for row in rows[1:]] == [["3", "phone", "12"]]


def test_command_goes_by_a_mapping_that_it_printed_itself(acme, file, tmp_path):
    printed = json.loads(run(file, "--tenant", "acme", "--print-mapping"))
    assert printed["columns"]["source"] == {"to": "source"}
    assert not Lead.objects.exists()
    printed["columns"]["source"] = {"to": "city"}
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(printed))

    said = summary(file, "--tenant", "acme", "--mapping", mapping)

    assert said["created"] == 2
    assert set(Lead.objects.values_list("contact__city", "source")) == {("Fair", None), ("", None)}


def test_dry_run_writes_nothing(acme, file):
    said = summary(file, "--tenant", "acme", "--dry-run")

    assert said == {**COUNTS, "dry_run": True}
    assert not Lead.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("tenant", ["nobody", "public", "tpl_blank"])
def test_unknown_tenant_is_one_line(acme, file, tenant):
    with pytest.raises(CommandError, match=f"--tenant: there is no active tenant “{tenant}”"):
        run(file, "--tenant", tenant)


def test_missing_file_is_one_line(acme, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv: No such file or directory\."):
        run(tmp_path / "none.csv", "--tenant", "acme")


def test_unreadable_file_is_one_line(acme, tmp_path):
    path = tmp_path / "book.csv"
    path.write_bytes(b"PK\x03\x04 xl/")

    with pytest.raises(CommandError, match=r"book\.csv: The spreadsheet is damaged or cut short"):
        run(path, "--tenant", "acme")


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ('{"columns": {"phone": {"to": "telephone"}}}', r"columns\.phone\.to: telephone is not known"),
        ('{"columns": {"Phone": {"to": "phone"}}}', r"columns\.Phone: The file has no column"),
        ("{", "This is not JSON"),
    ],
)
def test_bad_mapping_is_told_with_its_path(acme, file, tmp_path, mapping, said):
    path = tmp_path / "mapping.json"
    path.write_text(mapping)

    with pytest.raises(CommandError, match=rf"mapping\.json: .*{said}"):
        run(file, "--tenant", "acme", "--mapping", path)

    assert not Job.objects.exists()


def test_error_file_that_cant_be_written_stops_before_anything_happens(acme, file, tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        run(file, "--tenant", "acme", "--error-file", tmp_path / "nowhere" / "errors.csv")

    assert not Lead.objects.exists()
