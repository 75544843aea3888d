"""Every test starts with a clean environment and its own folder to remember things in."""

from __future__ import annotations

import gc
import itertools
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

# Before polars is imported: frames of tests are small, and other workers have the other cores.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
# What tests start as processes compiles its modules once, whatever the shell says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from bulksend import setting_names
from bulksend.cli.render import option_names
from bulksend.sandbox import server
from tests import sizes
from tests.acceptance import cli

# The phone numbers of the world have thousands of patterns, and here all of them come by.
re._MAXCACHE = 1 << 14  # type: ignore[attr-defined]
# What is collected stays to the end: there is nothing to look for among it. On again below.
gc.disable()
sizes.register_profiles()
#: What calls a room without a front door is a caller in Python.
setting_names.use(option_names.PYTHON)


_NUMBERS = itertools.count()
_MEMORY, _ROOM_BYTES = "/dev/shm", 1 << 30  # noqa: S108 - pytest makes a folder of the user's own


def pytest_configure() -> None:
    """Folders of tests lie in memory where it has room; some 200 MB of it are used.

    Whatever is synced to a disk is waited for, and no test cuts the power of a real one.
    """
    with suppress(OSError, AttributeError):
        memory = os.statvfs(_MEMORY)
        if memory.f_bavail * memory.f_frsize > _ROOM_BYTES and not memory.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A folder is run by a worker a core, a named file or test in this process; `-n` decides.

    Whoever looks closer (`-k`, `--pdb`, `-s`) does so in this process, too.
    """
    option = config.option
    if hasattr(config, "workerinput") or not hasattr(option, "numprocesses"):
        return
    closer = option.keyword or option.usepdb or option.collectonly or option.capture == "no"
    if option.numprocesses is None and not closer and not any(".py" in it for it in config.args):
        option.numprocesses = min(os.cpu_count() or 1, 8)
    if option.numprocesses and option.dist == "no":
        option.dist = "worksteal"  # a worker keeps to neighbours, who share what a module makes


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what tests make, not among thousands of tests."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own; pytest's way lists all the others first to find its number."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{next(_NUMBERS)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("BULKSEND_", "TELNYX_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = cli.started()
    yield
    cli.end_all(but=before)


@pytest.fixture
async def sandbox() -> AsyncIterator[server.Sandbox]:
    async with server.Sandbox(server.SandboxConfig()) as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for this machine, made by openssl; skips where there is none."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    try:
        subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    return folder
