"""Each thing that can be wrong with a machine gives one line that says how to mend it."""

import socket
import stat

import pytest

from scrm.embedded import bootstrap, environment, frontend, paths, postgres, processes, stamps
from scrm.embedded.console import Trouble


def test_taken_port_is_refused_with_a_free_one_to_use():
    with socket.socket() as stranger:
        stranger.bind((processes.HOST, 0))
        stranger.listen()
        port = stranger.getsockname()[1]

        with pytest.raises(Trouble, match=rf"^Port {port} is taken by another program: bin/up --port \d+$"):
            processes.check_port(port)


def test_free_port_is_accepted():
    with socket.socket() as probe:
        probe.bind((processes.HOST, 0))
        port = probe.getsockname()[1]

    processes.check_port(port)


def test_lock_has_one_holder_at_a_time(tmp_path):
    file = tmp_path / "run.lock"
    with paths.try_lock(file, "the first"):
        assert paths.try_lock(file) is None
        assert paths.lock_note(file) == "the first"

    with paths.try_lock(file) as second:
        assert second is not None


def test_unwritable_folder_says_how_to_mend_it(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(Trouble, match="make it yours"):
        paths.make_folder(tmp_path / "file" / "below")


def test_shared_memory_that_nobody_may_write_says_how_to_mend_it(tmp_path, monkeypatch):
    # Root may write anywhere, so the refusal is the kernel's answer, given here.
    monkeypatch.setattr(paths.os, "access", lambda folder, mode: False)

    with pytest.raises(Trouble, match=f"chmod 1777 {tmp_path}$"):
        paths.check_shared_memory(tmp_path)


def test_socket_folder_is_private_and_short(tmp_path):
    folder = paths.socket_folder(tmp_path)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder / ".s.PGSQL.5432.lock")) < 108
    folder.rmdir()


def test_socket_folder_that_is_a_link_is_refused(tmp_path):
    folder = paths.socket_folder(tmp_path)
    folder.rmdir()
    folder.symlink_to(tmp_path)

    with pytest.raises(Trouble, match="belongs to somebody else"):
        paths.socket_folder(tmp_path)
    folder.unlink()


def test_secrets_are_made_once_and_only_for_their_owner(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "VAR", tmp_path)
    monkeypatch.setattr(environment, "_SECRETS", tmp_path / "secrets.env")

    first = environment._local_secrets()

    assert environment._local_secrets() == first
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert set(first) == {"SECRET_KEY", "SCRM_MASTER_KEY"}


def test_data_without_its_secrets_is_not_given_new_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_SECRETS", tmp_path / "secrets.env")
    monkeypatch.delenv("SCRM_MASTER_KEY", raising=False)
    (tmp_path / "postgres").mkdir()

    with pytest.raises(Trouble, match="put the file back"):
        environment.check_secrets(tmp_path / "postgres")
    assert not (tmp_path / "secrets.env").exists()


def test_laptops_settings_yield_to_the_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "VAR", tmp_path)
    monkeypatch.setattr(environment, "_SECRETS", tmp_path / "secrets.env")
    monkeypatch.setenv("DEBUG", "false")
    monkeypatch.delenv("EMAIL_URL", raising=False)

    made = environment.laptop("postgres://a", "redis://b", port=8123, instance="mine")

    assert made["DEBUG"] == "false"
    assert made["EMAIL_URL"] == f"filemail:///{tmp_path}/mail"
    assert made["SCRM_INSTANCE"] == "mine"


@pytest.mark.parametrize(("debug", "needed"), [("true", "false"), ("false", None)])
def test_demo_asks_for_no_second_factor_where_debug_is_on(tmp_path, monkeypatch, debug, needed):
    monkeypatch.setattr(environment, "VAR", tmp_path)
    monkeypatch.setattr(environment, "_SECRETS", tmp_path / "secrets.env")
    monkeypatch.setenv("DEBUG", debug)
    monkeypatch.delenv("SCRM_REQUIRE_MFA", raising=False)

    made = environment.laptop("postgres://a", "redis://b", port=8123)

    assert made.get("SCRM_REQUIRE_MFA") == needed


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("WARNING: Retrying ... NewConnectionError(...)", "No package index in reach"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: subprocess-exited-with-error", "could not be installed"),
    ],
)
def test_failed_installation_says_why(output, line):
    assert line in bootstrap._why_not(output)


def test_missing_venv_module_gives_an_ordinary_user_the_line_to_run(monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 1000)

    with pytest.raises(
        Trouble, match=r"^Python's venv module is missing. Run: sudo apt-get install python3\.\d+-venv$"
    ):
        bootstrap._install_venv_module()


def test_wrong_postgresql_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("SCRM_PG_BIN", str(tmp_path))

    with pytest.raises(Trouble, match="SCRM_PG_BIN"):
        postgres.binaries()


def test_sprite_holds_the_icons_that_are_named(tmp_path, monkeypatch):
    names = tmp_path / "icons.txt"
    names.write_text("star\nstar-filled  # a favourite\n\n")
    monkeypatch.setattr(frontend, "_ICON_NAMES", names)

    sprite = frontend._sprite()

    assert sprite.count("<symbol ") == 2
    assert '<symbol id="star" viewBox="0 0 24 24" fill="none">' in sprite
    assert '<symbol id="star-filled" viewBox="0 0 24 24" fill="currentColor">' in sprite


def test_sprite_refuses_an_icon_that_does_not_exist(tmp_path, monkeypatch):
    names = tmp_path / "icons.txt"
    names.write_text("no-such-icon\n")
    monkeypatch.setattr(frontend, "_ICON_NAMES", names)

    with pytest.raises(Trouble, match="no-such-icon"):
        frontend._sprite()


def test_stamp_changes_with_a_files_content(tmp_path, monkeypatch):
    monkeypatch.setattr(stamps, "ROOT", tmp_path)
    file = tmp_path / "one.py"
    file.write_text("a = 1")
    before = stamps.of_files([file])
    file.write_text("a = 2")

    assert stamps.of_files([file]) != before


def test_newest_postgresql_of_the_wheel_is_taken(monkeypatch):
    monkeypatch.delenv("SCRM_PG_BIN", raising=False)

    found = postgres.binaries()

    versions = [postgres._version(folder) for folder in found.parent.parent.glob("pginstall*/bin")]
    assert postgres._version(found) == max(versions)
