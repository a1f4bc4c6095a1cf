"""Keeps a scan of many ports from using up the ICMP errors that a sample of few is waiting for.

Hosts grant each address few ICMP errors a second. A closed port that gets none looks silent.
"""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANGED = threading.Condition()
_SAMPLES: Counter[str] = Counter()
_SCANS: set[str] = set()


@contextmanager
def sampling(address: str) -> Iterator[None]:
    """Ask few ports of an address slowly, beside other samples, but beside no scan."""
    with _CHANGED:
        _CHANGED.wait_for(lambda: address not in _SCANS)
        _SAMPLES[address] += 1
    try:
        yield
    finally:
        with _CHANGED:
            _SAMPLES[address] -= 1
            _CHANGED.notify_all()


@contextmanager
def scanning(address: str) -> Iterator[None]:
    """Ask many ports of an address at once, beside no sample and no other scan."""
    with _CHANGED:
        _CHANGED.wait_for(lambda: not _SAMPLES[address] and address not in _SCANS)
        _SCANS.add(address)
    try:
        yield
    finally:
        with _CHANGED:
            _SCANS.discard(address)
            _CHANGED.notify_all()
