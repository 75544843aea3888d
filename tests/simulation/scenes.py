"""What is simulated: a provider for each, a rate of the user's above it, limits that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation import batch
from tests.simulation.provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One provider and how long it is watched."""

    name: str
    #: From which moment on its queue drains how fast.
    drains: Sequence[tuple[float, float]]
    user_per_s: float
    seconds: float
    #: When the queue must have come to its target after the start, and after each change.
    settles_s: float
    in_flight: int = 64

    def provider(self, rounded_to_s: float = 0.0) -> Provider:
        """A fresh one."""
        return Provider(self.drains, rounded_to_s=rounded_to_s)

    def run(self, provider: Provider) -> batch.Trace:
        """bulksend's pace against it."""
        return batch.run(
            provider,
            rate_per_s=self.user_per_s,
            seconds=self.seconds,
            in_flight=self.in_flight,
        )

    @property
    def stretches(self) -> list[tuple[float, float]]:
        """From each change to the next."""
        starts = [at_s for at_s, _ in self.drains]
        return list(zip(starts, [*starts[1:], self.seconds], strict=True))


SCENES = [
    Scene(
        name="0.1/s, raised to 1/s, back to 0.1/s",
        drains=[(0.0, 0.1), (400.0, 1.0), (700.0, 0.1)],
        user_per_s=50.0,
        seconds=1200.0,
        settles_s=150.0,
    ),
    Scene(
        name="1/s, raised to 10/s, back to 1/s",
        drains=[(0.0, 1.0), (120.0, 10.0), (240.0, 1.0)],
        user_per_s=50.0,
        seconds=480.0,
        settles_s=110.0,
    ),
    Scene(
        name="50/s, lowered to 5/s, back to 50/s",
        drains=[(0.0, 50.0), (100.0, 5.0), (280.0, 50.0)],
        user_per_s=500.0,
        seconds=400.0,
        settles_s=110.0,
    ),
    Scene(
        name="1,000/s, lowered to 200/s, back to 1,000/s",
        drains=[(0.0, 1000.0), (40.0, 200.0), (120.0, 1000.0)],
        user_per_s=2000.0,
        seconds=160.0,
        settles_s=60.0,
        in_flight=600,
    ),
]
