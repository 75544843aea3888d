"""What past probes showed on this computer: where the idempotency key is honoured, and since when.

A file is named after the base URL and the messaging profile (which belongs to one organisation, and
so does the key's memory); of the API key nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from bulksend import atomic_file, errors
from bulksend.reconcile.idempotency import Proof, Verdict


def _file(folder: Path, base_url: str, profile_id: str) -> Path:
    facts = f"{base_url}\0{profile_id}".encode()
    return folder / "keys" / hashlib.blake2b(facts, digest_size=16).hexdigest()


def save(folder: Path, base_url: str, profile_id: str, proof: Proof) -> None:
    """Raises UsageError where it cannot be kept: it was paid for."""
    path = _file(folder, base_url, profile_id)
    content = {"verdict": proof.verdict, "at_s": proof.at_s, "base_url": base_url}
    sentence = f"{path}: what the probe showed cannot be kept"
    hint, code = "make the folder writable, or set XDG_STATE_HOME", "state_unwritable"
    with errors.instead_of_os_error(errors.UsageError, sentence, hint=hint, code=code):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic_file.write(path, json.dumps(content).encode())


def load(folder: Path | None, base_url: str, profile_id: str) -> Proof | None:
    """The last probe's proof; None where none was made, or it cannot be read."""
    if folder is None:
        return None
    try:
        read = json.loads(_file(folder, base_url, profile_id).read_text())
        return Proof(Verdict(read["verdict"]), float(read["at_s"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
