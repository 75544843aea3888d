"""pytest fixtures for programs that text people by bulksend: docs/sandbox.md shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bulksend.sandbox.server import SandboxConfig
    from bulksend.sandbox.threaded import ThreadedSandbox


@pytest.fixture
def bulksend_sandbox_config() -> SandboxConfig:
    """How the sandbox behaves; define a fixture of this name to let it behave otherwise."""
    from bulksend.sandbox.server import SandboxConfig

    return SandboxConfig()


@pytest.fixture
def bulksend_sandbox(bulksend_sandbox_config: SandboxConfig) -> Iterator[ThreadedSandbox]:
    """A Telnyx on localhost: `base_url`, `key`, `profile_id`, and what it was asked to send."""
    from bulksend.sandbox.threaded import ThreadedSandbox

    with ThreadedSandbox(bulksend_sandbox_config) as running:
        yield running
