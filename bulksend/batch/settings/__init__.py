"""What a command was asked for, and the parts of it that the rooms get."""

from bulksend.batch.settings.parts import (
    DAY_S,
    DEFAULT_IDENTITY,
    GUARD_DEFAULTS,
    SANDBOX_IDENTITY,
    SANDBOX_TEXT,
    TELNYX_URL,
    Again,
    Basis,
    Consent,
    Guards,
    Identity,
    Orders,
    OwnPhones,
    Place,
    Recency,
    Server,
    require,
)
from bulksend.batch.settings.whole import Settings, state_folder

__all__ = [
    "DAY_S",
    "DEFAULT_IDENTITY",
    "GUARD_DEFAULTS",
    "SANDBOX_IDENTITY",
    "SANDBOX_TEXT",
    "TELNYX_URL",
    "Again",
    "Basis",
    "Consent",
    "Guards",
    "Identity",
    "Orders",
    "OwnPhones",
    "Place",
    "Recency",
    "Server",
    "Settings",
    "require",
    "state_folder",
]
