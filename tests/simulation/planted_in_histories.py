"""Bugs of the kind that texts somebody twice, passes a cap or loses a file, planted on purpose.

Most are caught by the histories of the suite; the others by the test that is named.
`python -m tests.simulation.histories --bugs` plants one after the other.
"""

from __future__ import annotations

from tests.crash.bug import Bug

_HISTORIES = "tests/simulation/test_histories.py"

BUGS = (
    Bug(
        "a memory that is not asked at the claim",
        "batch/memory/keeper.py",
        "yield [message for message in messages if message.row not in taken]",
        "yield messages",
        (_HISTORIES,),
    ),
    Bug(
        "a cap that is forgotten by `resume`",
        "batch/resuming/guards.py",
        '    "max_cost": Decimal,\n',
        "",
        (_HISTORIES,),
    ),
    Bug(
        "rows of a changed file that keep their old numbers",
        "journal/renumber.py",
        "connection.executemany(_PLACE, changes.moves)",
        "connection.executemany(_PLACE, ())",
        (_HISTORIES,),
    ),
    Bug(
        "a memory that is rebuilt without unknown rows",
        "journal/schema.py",
        "WHERE status IN (1, 2, 4) AND typeof(memory_row)",
        "WHERE status IN (1, 2) AND typeof(memory_row)",
        ("tests/unit/batch/memory/test_opening.py",),
    ),
    Bug(
        "an unknown row that counts nothing for the cap",
        "results/charges.py",
        "_SENT = (str(Status.ACCEPTED), str(Status.UNKNOWN))",
        "_SENT = (str(Status.ACCEPTED),)",
        (_HISTORIES,),
    ),
    Bug(
        "a memory that knows rows by their place",
        "batch/memory/keeper.py",
        "self._sender, [message.text for message in messages])",
        'self._sender, [f"{message.row}{message.text}" for message in messages])',
        (_HISTORIES,),
    ),
    Bug(
        "an unknown row that the memory frees",
        "batch/memory/keeper.py",
        "_NOT_SENT = (Status.UNSENT, Status.REFUSED)",
        "_NOT_SENT = (Status.UNSENT, Status.REFUSED, Status.UNKNOWN)",
        (_HISTORIES,),
    ),
    Bug(
        "a doubt that a second try without a text wipes out",
        "journal/writer.py",
        "            self._connection.execute(schema.BACK_TO_EARLIER_CLAIM, (row, claim))\n",
        "",
        ("tests/integration/test_journal.py",),
    ),
    Bug(
        "a suppression list that `resume` forgets",
        "batch/resuming/guards.py",
        '    "suppress": lambda value: tuple(map(Path, value)),\n',
        "",
        (_HISTORIES,),
    ),
    Bug(
        "a person's own note that the results are written over",
        "batch/paths.py",
        "        return written.holds(target)\n",
        "        return True\n",
        (_HISTORIES,),
    ),
    Bug(
        "a beginning that a power cut takes out of the memory",
        "batch/memory/memory_file.py",
        '        self._connection.execute("PRAGMA synchronous=FULL")\n        try:\n',
        "        try:\n",
        (f"{_HISTORIES} -k once_broke",),
    ),
    Bug(
        "a record of another batch's that settles a row",
        "batch/memory/session.py",
        "return any(since_s <= entry.at_s <= until_s for entry in entries)",
        "return False",
        ("tests/unit/batch/memory/test_session.py",),
    ),
    Bug(
        "a record of a row that left the file, which settles another",
        "journal/schema.py",
        "WHERE row < 0 AND (status IN (1, 4) OR row IN (SELECT row FROM doubt))",
        "WHERE row < 0 AND row > 0",
        ("tests/integration/test_doubts.py",),
    ),
    Bug(
        "a copy that stayed behind and is believed",
        "batch/memory/session.py",
        "        if more > 0:\n",
        "        if more > 9**9:\n",
        ("tests/unit/batch/memory/test_session.py",),
    ),
    Bug(
        "a journal that is believed without its companion",
        "journal/integrity.py",
        "    if marked or upgrade.marks_nothing(version):\n",
        "    if marked and upgrade.marks_nothing(version):\n",
        ("tests/integration/test_journal.py",),
    ),
    Bug(
        "an opt-out that is tried again",
        "batch/execution.py",
        "closed=record.close_final(record.closed(again), codes.FINAL),",
        "closed=record.closed(again),",
        ("tests/acceptance/test_resume.py",),
    ),
    Bug(
        "a batch of the sandbox that goes on for real",
        "batch/connection.py",
        "    if not (place.sandbox or sent_via):\n",
        "    if place.base_url and not (place.sandbox or sent_via):\n",
        ("tests/unit/batch/test_connection.py",),
    ),
    Bug(
        "a memory that is believed though a journal could not be read into it",
        "batch/memory/opening.py",
        "        if failure.code in _FOR_NOW:\n",
        "        if failure.code in ():\n",
        ("tests/unit/batch/memory/test_opening.py",),
    ),
)
