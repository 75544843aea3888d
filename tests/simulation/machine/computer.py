"""One computer: its clock, its disk, its commands, and what happens while they work."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import random
import shlex
import signal
import sys
import tempfile
import threading
import types
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bulksend.batch import runner
from bulksend.batch.control import signals
from tests.fuzz import program
from tests.simulation.machine import disk, shortcuts, turns
from tests.simulation.machine.clock import Clock, Loop
from tests.simulation.machine.gateway import Gateway

#: A command that was killed has said nothing and ended with nothing.
KILLED = {"exit_code": -9, "killed": True}
_Document = dict[str, Any]


class Computer:
    """Lives for one history."""

    def __init__(self, root: Path, seed: int) -> None:
        self.desk, self.state = root / "desk", root / "state"
        self.desk.mkdir(parents=True)
        self.state.mkdir()
        self.clock = Clock()
        self._chance = random.Random(f"{seed} computer")
        self.disk = disk.Disk(root, self._chance)
        self.disk.on_step = self._on_disk
        self.gateway = Gateway(random.Random(f"{seed} gateway"), self.clock.time, self._on_request)
        self.turns = turns.Turns(random.Random(f"{seed} turns"))
        #: What was typed and what came of it, for the report of a failure.
        self.typed: list[str] = []
        #: What happens at which step of the command at work.
        self._due: list[tuple[int, str, Callable[[], None]]] = []
        self._steps = 0
        self._on_signal: Callable[[signal.Signals], None] | None = None
        self._interrupted = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Everything that a command meets is this computer's."""
        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for name in [it for it in os.environ if it.startswith(("BULKSEND_", "TELNYX_"))]:
                patch.delenv(name)
            patch.setenv("XDG_STATE_HOME", str(self.state))
            patch.setenv("TELNYX_API_KEY", "KEYsimulated")
            patch.chdir(self.desk)
            self._make_certain(patch)
            stack.enter_context(self.clock.patched())
            stack.enter_context(self.gateway.stands_in())
            stack.enter_context(self.disk.watched())
            yield

    def _make_certain(self, patch: pytest.MonkeyPatch) -> None:
        """What is drawn is drawn from the seed; what only takes time is left out."""
        chance = self._chance
        patch.setattr(os, "urandom", chance.randbytes)
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=chance.getrandbits(128), version=4))
        patch.setattr("secrets.token_bytes", lambda size: chance.randbytes(size))
        patch.setattr("secrets.token_hex", lambda size: chance.randbytes(size).hex())
        seeded = types.SimpleNamespace(Random=lambda: random.Random(chance.getrandbits(32)))
        patch.setattr(runner, "random", seeded)
        patch.setattr(runner, "_garbage_rarely", contextlib.nullcontext)
        fast = types.SimpleNamespace(new_event_loop=lambda: Loop(self.clock))
        patch.setitem(sys.modules, "uvloop", fast)
        patch.setattr(signals, "install", self._install)
        patch.setattr("sys.stdin", io.StringIO(""))
        names = iter(lambda: chance.randbytes(4).hex(), "")
        patch.setattr(tempfile, "_name_sequence", names)
        shortcuts.taken(patch)

    # What is typed

    def type(self, *words: str) -> _Document:
        """A command with --json; its document."""
        line = [*words, "--json"]
        self.typed.append(f"{self._moment()} bulksend {shlex.join(line)}")
        at = len(self.typed)
        if not self.turns.is_beside:
            self._steps, self._interrupted = 0, False
            power = any(kind == "power cut" for _, kind, _ in self._due)
            self.disk.begin(power_may_fail=power)
        try:
            document = self._ended(line)
        except disk.Killed:
            document = dict(KILLED)
        finally:
            if not self.turns.is_beside:
                was_killed = self._all_ended()
        if not self.turns.is_beside and was_killed:
            document = dict(KILLED)
            _take_away()
        shown = document.get("next") or document.get("error", {}).get("message")
        self.typed.insert(at, f"{self._moment()}   -> {document['exit_code']} {shown}")
        return document

    def _all_ended(self) -> bool:
        """Also what was begun beside; whether it was killed."""
        self._on_signal, self._due = None, []
        with contextlib.suppress(disk.Killed):
            self.turns.finish()
        return self.disk.end()

    def _ended(self, line: list[str]) -> _Document:
        ended = program.bulksend(*line)
        if self.disk.dead:
            raise disk.Killed
        assert ended.stdout, f"nothing was said: {ended}"
        assert "Traceback" not in ended.stderr, ended.stderr
        document: _Document = json.loads(ended.stdout)
        document["exit_code"] = ended.exit_code
        document["stderr"] = ended.stderr
        return document

    def note(self, words: str) -> None:
        """Something that is no command."""
        self.typed.append(f"{self._moment()} # {words}")

    def _moment(self) -> str:
        return f"{self.clock.elapsed_s:10.1f} s"

    # What happens while the next command works

    def later(self, step: int, kind: str, event: Callable[[], None]) -> None:
        """At that step of the next command, if it comes so far."""
        self._due.append((step, kind, event))

    def _on_request(self, kind: str) -> None:
        if self.disk.dead:
            raise disk.Killed
        self._step(kind, "")
        if self.disk.dead:
            raise disk.Killed
        self._interrupt_if_asked()
        self.turns.maybe_pass()
        if self.disk.dead:
            raise disk.Killed

    def _on_disk(self, kind: str, path: str) -> None:
        self._step(kind, path)
        if not kind.startswith("sqlite"):
            self._interrupt_if_asked()

    def _step(self, kind: str, path: str) -> None:
        if self.turns.is_beside:
            return
        self._steps += 1
        for due in list(self._due):
            step, what, event = due
            if self._steps < step or (what == "beside" and path):
                continue  # with another command only between requests: here a lock may be held
            if due not in self._due:
                continue  # it came while another command was at work beside this one
            self._due.remove(due)
            self.note(f"{what} at step {self._steps}, {kind} {Path(path).name}")
            event()

    def interrupt(self) -> None:
        """Ctrl-C."""
        if self._on_signal is not None:
            self._on_signal(signal.SIGINT)
        else:
            self._interrupted = True

    def _interrupt_if_asked(self) -> None:
        if self._interrupted and not self.turns.is_beside:
            self._interrupted = False
            raise KeyboardInterrupt

    def _install(self, loop: Any, number: signal.Signals, on_signal: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            self._on_signal = on_signal
            loop.remove_signal_handler = self._remove

    def _remove(self, _number: signal.Signals) -> None:
        self._on_signal = None

    def clear(self) -> None:
        """Take it all away."""
        self.disk.clear()
        gc.collect(0)


def _take_away() -> None:
    """What a killed process leaves is never heard of again; here the next one would speak of it."""
    with contextlib.redirect_stderr(io.StringIO()):
        gc.collect()
