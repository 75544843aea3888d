"""Bugs planted on purpose: each must be caught by a test, or the tests are worth nothing.

The package and its tests are copied, one bug is put in by an exact replacement (which fails loudly
when the source reads differently by now), and the tests that ought to notice are run there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.acceptance import cli
from tests.crash.bug import Bug
from tests.simulation import planted_in_histories

_COPIED = ("bulksend", "tests", "samples", "pyproject.toml", "README.md")


_PIPELINE = "tests/unit/sending/test_pipeline.py"
_CODES = "tests/unit/telnyx/test_codes.py"
_CLIENT = "tests/integration/test_client.py"
_MATRIX = "tests/integration/test_wire_faults.py"
_REDIRECTS = f"{_MATRIX} -k 307-is-not-followed-fast-fresh-http"
_GARBAGE = f"{_MATRIX} -k garbage"
_JOURNAL = "tests/integration/test_journal.py"
_RUN = "tests/acceptance/test_run.py"
_RESUME = "tests/acceptance/test_resume.py"
_CRASH = "tests/crash/test_crash.py"
_EVIDENCE = "tests/unit/reconcile/test_evidence.py"
_KEYS = "tests/unit/reconcile/test_idempotency.py"
_RECONCILE = "tests/acceptance/test_reconcile.py"
_STOPPING = "tests/crash/test_stopping.py"
_PEOPLE = "tests/crash/test_people.py"

BUGS = (
    Bug(
        "a claim that is written after the request",
        "sending/pipeline.py",
        """        await workers.recorder.claim(message, body)
        key = idempotency_key(workers.batch_id, message.row, message.claim)
        outcome = await workers.delivery.deliver(message, body, key)
""",
        """        key = idempotency_key(workers.batch_id, message.row, message.claim)
        outcome = await workers.delivery.deliver(message, body, key)
        await workers.recorder.claim(message, body)
""",
        (_PIPELINE, _CRASH),
    ),
    Bug(
        "a slot that is free before its row is settled",
        "sending/pipeline.py",
        "        settling = self._workers.recorder.settle(outcome)\n",
        "        async def late() -> None:\n"
        "            await asyncio.sleep(0.3)\n"
        "            await self._workers.recorder.settle(outcome)\n\n"
        "        settling = asyncio.ensure_future(late())\n",
        (_PIPELINE, _CRASH),
    ),
    Bug(
        "more rows in flight than allowed",
        "sending/pipeline.py",
        "range(self._max_in_flight)",
        "range(4 * self._max_in_flight)",
        (_PIPELINE,),
    ),
    Bug(
        "an unknown row that is tried again",
        "sending/delivery.py",
        "return reply.status is Status.UNSENT and",
        "return reply.status in (Status.UNSENT, Status.UNKNOWN) and",
        (_PIPELINE, _RESUME),
    ),
    Bug(
        "redirects that are followed",
        "telnyx/client.py",
        "            headers, read = await self._transport.post(body, key, exchanging)\n",
        "            headers, read = await self._transport.post(body, key, exchanging)\n"
        "            if exchanging.status == 307:\n"
        "                headers, read = await self._transport.post(body, key, exchanging)\n",
        (_REDIRECTS,),
    ),
    Bug(
        "written bytes that are denied",
        "telnyx/wire/fast_transport.py",
        "        exchanging.written = True\n",
        "",
        (_CLIENT, _MATRIX),
    ),
    Bug(
        "a reply nobody asked for that is taken for the next row's",
        "telnyx/wire/fast_transport.py",
        "        if protocol.should_close:"
        "  # bytes that came unasked would be taken for the reply\n"
        "            raise aiohttp.ServerDisconnectedError\n",
        "",
        (_CLIENT,),
    ),
    Bug(
        "requests that Ctrl-C cancels",
        "batch/control/signals.py",
        "        halt.set(_REASONS[number])\n",
        "        halt.set(_REASONS[number])\n        leave()\n",
        (_RESUME, _STOPPING),
    ),
    Bug(
        "commits that a power cut undoes",
        "journal/integrity.py",
        """    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
""",
        """    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
""",
        (_CRASH,),
    ),
    Bug(
        "a body that is another one each time",
        "telnyx/client.py",
        'return b"".join((self._head, text, _TO, phone, self._tail))',
        'return b" " * __import__("random").randrange(9999)'
        ' + b"".join((self._head, text, _TO, phone, self._tail))',
        (_CLIENT,),
    ),
    Bug(
        "a key that is another one for each attempt",
        "sending/delivery.py",
        "        reply = await self.gateway.send(body, key)",
        "        reply = await self.gateway.send(body, key + str(self.random.random()))",
        (_PIPELINE, _STOPPING),
    ),
    Bug(
        "a breaker that nobody listens to",
        "batch/runner.py",
        "        if reason is not None:\n            self.switch.set(reason, reply.error)",
        "        if reason is None:\n            return",
        (_RUN, _STOPPING),
    ),
    Bug(
        "a spend limit that is taken for a rate limit",
        "telnyx/codes.py",
        '**_stops(Stop.SPEND_LIMIT, "40333"),',
        '"40333": Meaning(Status.UNSENT, throttle=Throttle.RATE),',
        (_CODES,),
    ),
    Bug(
        "rows of a dead run that are called unsent",
        "journal/schema.py",
        "UPDATE send SET status = 4, settled_ms = ?1",
        "UPDATE send SET status = 5, settled_ms = ?1",
        (_JOURNAL, _CRASH),
    ),
    Bug(
        "a results file that is written in place",
        "batch/paths.py",
        "        part.replace(chosen)\n",
        "        chosen.write_bytes(part.read_bytes())\n",
        ("tests/unit/batch/test_paths.py",),
    ),
    Bug(
        "a changed contacts file that nobody notices",
        "batch/identity.py",
        "if contacts_sha256 == batch.contacts_sha256:",
        "if contacts_sha256:",
        (_RUN,),
    ),
    Bug(
        "a request's head in the log",
        "telnyx/client.py",
        "        if exchanging.status is not None:\n",
        "        __import__('logging').getLogger('bulksend').warning(self._transport._head)\n"
        "        if exchanging.status is not None:\n",
        (_CLIENT, _PEOPLE),
    ),
    Bug(
        "a cursor instead of the state of each row",
        "journal/reader.py",
        "            states[row] = code\n",
        "            states[row] = 2\n",
        (_JOURNAL, _RESUME),
    ),
    Bug(
        "garbage that is taken for a refusal",
        "telnyx/wire/failures.py",
        "(aiohttp.http.HttpProcessingError, Failure.REPLY_UNREADABLE)",
        "(aiohttp.http.HttpProcessingError, Failure.PROXY)",
        (_GARBAGE,),
    ),
    Bug(
        "a failed sync that is tried again",
        "journal/writer.py",
        "            if full is None and failure is None:\n",
        "            if full is None:\n",
        (_JOURNAL, _CRASH),
    ),
    Bug(
        "replies in flight that a full disk loses",
        "journal/writer.py",
        "if name not in _FULL or not self._ballast.give_up():",
        "if name not in _FULL:",
        ("tests/integration/test_full_disk.py -k settled",),
    ),
    Bug(
        "a lock that two can hold",
        "portable.py",
        "kind = _fcntl.LOCK_SH if shared else _fcntl.LOCK_EX",
        "kind = _fcntl.LOCK_SH",
        (_JOURNAL,),
    ),
    Bug(
        "a journal that is made in place",
        "journal/journal.py",
        """        with unmakeable(path), atomic_file.creating(path) as part:
            _lay_out(part, facts)
""",
        """        with unmakeable(path), atomic_file.creating(path) as part:
            part.rename(path)
            _lay_out(path, facts)
            part.hardlink_to(path)
""",
        (_CRASH,),
    ),
    Bug(
        "formulas that stay formulas",
        "results/formulas.py",
        "harmless = column.is_null()",
        "harmless = column.is_not_null()",
        (_PEOPLE,),
    ),
    Bug(
        "a key that is relied on unproven",
        "reconcile/reconciler.py",
        "untrusted = idempotency.untrusted(proof, time.time())",
        "untrusted = None",
        (f"{_RECONCILE} -k not_relied_on",),
    ),
    Bug(
        "a key's age by our clock",
        "reconcile/reconciler.py",
        "return time.time() + clock.high_s - earliest_s",
        "return time.time() - earliest_s",
        (f"{_RECONCILE} -k not_relied_on",),
    ),
    Bug(
        "a refused repeat that is believed",
        "reconcile/idempotency.py",
        "return reply.code in _BY_THE_BYTES",
        "return True",
        (_KEYS,),
    ),
    Bug(
        "absence that is believed without its neighbours",
        "reconcile/evidence.py",
        "if all(control.observed for control in evidence.controls):",
        "if evidence.controls is not None:",
        (_EVIDENCE,),
    ),
    Bug(
        "absence that is believed before the queue is empty",
        "reconcile/evidence.py",
        "ABSENT_AFTER_S = 12 * 3600.0",
        "ABSENT_AFTER_S = 3600.0",
        (_EVIDENCE,),
    ),
    Bug(
        "a page that did not come and counts as empty",
        "telnyx/records.py",
        "return read if len(read) == total else None",
        "return read",
        ("tests/integration/test_records.py",),
    ),
    *planted_in_histories.BUGS,
)
BY_NAME = {it.name: it for it in BUGS}
#: The short form: one of the sending, one of the wire, one of the journal.
FEW = (
    "an unknown row that is tried again",
    "redirects that are followed",
    "rows of a dead run that are called unsent",
)


def planted(folder: Path, bug: Bug) -> Path:
    """A copy of the tree with the bug in it. Raises AssertionError when it no longer fits."""
    for name in _COPIED:
        source = cli.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    target = folder / "bulksend" / bug.file
    source_text = target.read_text()
    assert source_text.count(bug.old) == 1, f"`{bug.name}` does not fit {bug.file} any more"
    target.write_text(source_text.replace(bug.old, bug.new))
    return folder


def caught(folder: Path, bug: Bug) -> str:
    """The first test that noticed. Raises AssertionError when none did."""
    tree = planted(folder, bug)
    for tests in bug.tests:
        ended = subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "pytest",
                    "-q",
                    "-x",
                    "--no-header",
                    "-p",
                    "no:cacheprovider",
                ),
                *("-k", "not planted and not bugs_are_enough", *tests.split(maxsplit=2)),
            ],
            capture_output=True,
            text=True,
            cwd=tree,
            env=cli.environment(PYTHONPATH=str(tree)),
            timeout=300,
            check=False,
        )
        assert ended.returncode in (0, 1), f"{bug.name}: {ended.stdout}{ended.stderr}"
        failed = [it for it in ended.stdout.splitlines() if it.startswith("FAILED ")]
        if failed:
            return failed[0].split(" ")[1]
    raise AssertionError(f"nobody noticed `{bug.name}`: {', '.join(bug.tests)}")


def bugs(
    folder: Path, every: Iterable[Bug] = BUGS, *, say: Callable[[str], None] = print
) -> list[str]:
    """Each bug and the test that caught it; all of them, before it complains of any."""
    found, missed = [], []
    for number, bug in enumerate(every):
        place = folder / str(number)
        place.mkdir()
        try:
            line = f"{bug.name}: {caught(place, bug)}"
            found.append(line)
        except AssertionError as failure:
            line = f"MISSED {failure}"
            missed.append(line)
        say(line)
        shutil.rmtree(place)
    assert not missed, "\n".join(missed)
    return found
