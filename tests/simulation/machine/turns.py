"""Two commands at once, one step at a time: whose turn it is, is drawn at each step."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable


class Turns:
    """The command at work, and one that was begun beside it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._main, self._beside = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._finishing = False
        self._failure: BaseException | None = None

    @property
    def is_beside(self) -> bool:
        """Whether it is the turn of the one that was begun beside."""
        return threading.current_thread() is self._thread

    def begin(self, work: Callable[[], object]) -> None:
        """Begin another command, whose turn it is at once; nothing where one is there already."""
        if self._thread is not None:
            return

        def guarded() -> None:
            try:
                work()
            except BaseException as failure:
                self._failure = failure
            finally:
                self._thread = None
                self._main.release()

        thread = self._thread = threading.Thread(target=guarded, daemon=True)
        self._wait_in_main(thread.start)

    def maybe_pass(self) -> None:
        """At a step: perhaps it is the other's turn."""
        if self._thread is None or self._chance.random() < 0.5:
            return
        if not self.is_beside:
            self._wait_in_main(self._beside.release)
        elif not self._finishing:
            streams = sys.stdout, sys.stderr
            self._main.release()
            self._beside.acquire()
            sys.stdout, sys.stderr = streams

    def finish(self) -> None:
        """The command at work ended; the other one is worked to its end."""
        if self._thread is not None:
            self._finishing = True
            self._wait_in_main(self._beside.release)
            assert self._thread is None
        self._finishing = False
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _wait_in_main(self, give_turn: Callable[[], None]) -> None:
        streams = sys.stdout, sys.stderr
        give_turn()
        self._main.acquire()
        sys.stdout, sys.stderr = streams
