"""bulksend: text everyone in a spreadsheet, once each, and know what happened to every row.

`send` and `estimate` take a polars frame and `Settings`; everything else is the command line.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bulksend.commands.notebook import estimate, send
    from bulksend.commands.settings import Guards, Identity, Settings
    from bulksend.commands.summary import Counts, Summary
    from bulksend.contacts.estimate import Estimate
    from bulksend.errors import BulksendError

__version__ = "0.1.0"
__all__ = [
    "BulksendError",
    "Counts",
    "Estimate",
    "Guards",
    "Identity",
    "Settings",
    "Summary",
    "estimate",
    "send",
]

_ROOMS = {
    "BulksendError": "bulksend.errors",
    "Counts": "bulksend.commands.summary",
    "Estimate": "bulksend.contacts.estimate",
    "Guards": "bulksend.commands.settings",
    "Identity": "bulksend.commands.settings",
    "Settings": "bulksend.commands.settings",
    "Summary": "bulksend.commands.summary",
    "estimate": "bulksend.commands.notebook",
    "send": "bulksend.commands.notebook",
}


def __getattr__(name: str) -> Any:
    """Rooms are opened when they are asked for: the command line's help needs none of them."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'bulksend' has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS[name]), name)
