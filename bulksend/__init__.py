"""bulksend: text everyone in a spreadsheet, once each, and know what happened to every row.

`estimate`, `send`, `resume` and `receipts` take a polars frame, or the path of a contacts file,
and `Settings`; `asend`, `aresume` and `areceipts` are awaited. Everything else is the command line.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bulksend._version import __version__

if TYPE_CHECKING:
    from bulksend.api import Sent, areceipts, aresume, asend, estimate, receipts, resume, send
    from bulksend.batch.settings import Guards, Identity, Settings
    from bulksend.batch.summary import Counts, Summary
    from bulksend.contacts.layout import Layout
    from bulksend.errors import BulksendError
    from bulksend.estimate.estimator import Estimate

__all__ = [
    "BulksendError",
    "Counts",
    "Estimate",
    "Guards",
    "Identity",
    "Layout",
    "Sent",
    "Settings",
    "Summary",
    "__version__",
    "areceipts",
    "aresume",
    "asend",
    "estimate",
    "receipts",
    "resume",
    "send",
]

_ROOMS = {
    "BulksendError": "bulksend.errors",
    "Counts": "bulksend.batch.summary",
    "Estimate": "bulksend.estimate.estimator",
    "Guards": "bulksend.batch.settings",
    "Identity": "bulksend.batch.settings",
    "Settings": "bulksend.batch.settings",
    "Summary": "bulksend.batch.summary",
    "Layout": "bulksend.contacts.layout",
    "Sent": "bulksend.api",
    "areceipts": "bulksend.api",
    "aresume": "bulksend.api",
    "asend": "bulksend.api",
    "estimate": "bulksend.api",
    "receipts": "bulksend.api",
    "resume": "bulksend.api",
    "send": "bulksend.api",
}

#: Rooms named as a function of the public face. Python binds a package's name here when it is first
#: imported, and only then: so they are imported once (they hold nothing but a docstring), and the
#: name is left to the function.
for _room in ("estimate", "receipts"):
    importlib.import_module(f"bulksend.{_room}")
    del globals()[_room]


def __getattr__(name: str) -> Any:
    """Rooms are opened when they are asked for: the command line's help needs none of them."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'bulksend' has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    """What an editor offers."""
    return __all__
