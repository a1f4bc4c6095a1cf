"""What holds for all tests: a busy machine is no reason for a property to fail."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "patient",
    parent=settings.default,
    deadline=None,  # of the clock's time; pytest's own limit remains
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")
