"""The options by the settings they set: the only place that knows how a setting is typed.

Most are the field's name with hyphens; a test holds each to an option that a command has.
"""

from __future__ import annotations

from bulksend.setting_names import Naming, Setting, SetTo

_OTHERWISE = {
    Setting.AGAIN_AFTER: "--again-after",
    Setting.NOT_TEXTED_WITHIN: "--not-texted-within",
    Setting.NO_SMART_ENCODING: "--no-smart-encoding",
    Setting.OUTPUT: "--output",
    Setting.SENDER: "--from",
    Setting.WAIT_RECEIPTS: "--wait-receipts",
}


def option(setting: Setting) -> str:
    """`Setting.TO_COLUMN` -> `--to-column`."""
    return _OTHERWISE.get(setting) or f"--{setting.value.replace('_', '-')}"


def _set_to(set_to: SetTo) -> str:
    return f"{option(set_to.setting)} {set_to.typed}"


#: For whoever sits at a command line.
COMMAND_LINE = Naming(in_a_sentence=option, set_to=_set_to, typed=option)
#: For callers in Python: sentences name their arguments, and commands are typed all the same.
PYTHON = Naming(typed=option)
