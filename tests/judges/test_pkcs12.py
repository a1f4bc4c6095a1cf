from __future__ import annotations

from dataclasses import replace

import pytest

from securemode.judges.pkcs12 import (
    EXPORT_BY_HAND,
    UPLOAD_BY_HAND,
    bundle_is_refused,
    export_is_empty,
)
from securemode.observations.pkcs12 import ExportSeen, FileSort, Pkcs12Seen, UploadSeen
from securemode.observations.role_actions import Effect
from securemode.verdicts import Verdict

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
SEEN = Pkcs12Seen(
    control=UploadSeen(sort=FileSort.PEM, effect=Effect.DONE, request="POST /c/", detail="302"),
    bundle=UploadSeen(
        sort=FileSort.PKCS12, effect=Effect.REFUSED, request="POST /c/", detail="200"
    ),
    export=ExportSeen(effect=Effect.DONE, request="POST /c/2/", detail="200", length=0),
    still_inside=True,
    left_behind=(),
    logged_out=True,
    certificate_was_verified=True,
)


def tried(control: Effect, bundle: Effect) -> Pkcs12Seen:
    return replace(
        SEEN,
        control=replace(SEEN.control, effect=control),
        bundle=replace(SEEN.bundle, effect=bundle),
    )


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (SEEN, PASS),
        (tried(Effect.DONE, Effect.DONE), FAIL),
        (tried(Effect.REFUSED, Effect.DONE), FAIL),  # what came in needs no control
        (tried(Effect.UNCLEAR, Effect.DONE), FAIL),
        (tried(Effect.REFUSED, Effect.REFUSED), INCONCLUSIVE),
        (tried(Effect.UNCLEAR, Effect.REFUSED), INCONCLUSIVE),
        (tried(Effect.DONE, Effect.UNCLEAR), INCONCLUSIVE),
        (tried(Effect.NOT_FOUND, Effect.NOT_FOUND), INCONCLUSIVE),
        (replace(SEEN, still_inside=False), INCONCLUSIVE),
        (replace(tried(Effect.DONE, Effect.DONE), still_inside=False), FAIL),
    ],
)
def test_bundles(seen: Pkcs12Seen, verdict: Verdict) -> None:
    said = bundle_is_refused(seen)
    assert said.verdict is verdict
    assert said.next_step == (UPLOAD_BY_HAND if verdict is INCONCLUSIVE else "")


def test_words() -> None:
    said = bundle_is_refused(SEEN)
    assert said.what == "refuses a PKCS#12 bundle"
    assert said.saw == "PEM: done (POST /c/: 302); PKCS#12: refused (POST /c/: 200)"
    assert bundle_is_refused(replace(SEEN, still_inside=False)).saw.endswith("ended meanwhile")


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (SEEN, INCONCLUSIVE),
        (tried(Effect.DONE, Effect.DONE), FAIL),
        (tried(Effect.DONE, Effect.UNCLEAR), INCONCLUSIVE),
    ],
)
def test_nobody_overlooks_what_is_left_behind(seen: Pkcs12Seen, verdict: Verdict) -> None:
    said = bundle_is_refused(replace(seen, left_behind=("a.invalid", "b.invalid")))
    assert said.verdict is verdict
    assert said.saw.endswith("; left behind: a.invalid, b.invalid")
    assert said.next_step.startswith("delete a.invalid, b.invalid from the TLS certificates.")


@pytest.mark.parametrize(
    ("changes", "verdict", "saw"),
    [
        ({}, PASS, "0 bytes (POST /c/2/: 200)"),
        ({"length": 9}, FAIL, "9 bytes, no PKCS#12 bundle (POST /c/2/: 200)"),
        (
            {"length": 2500, "is_pkcs12": True},
            FAIL,
            "2500 bytes, a PKCS#12 bundle (POST /c/2/: 200)",
        ),
        ({"length": None}, INCONCLUSIVE, "done (POST /c/2/: 200)"),
        ({"effect": Effect.UNCLEAR, "length": None}, INCONCLUSIVE, "unclear (POST /c/2/: 200)"),
        (
            {"effect": Effect.NOT_FOUND, "length": None, "request": "", "detail": "no link"},
            INCONCLUSIVE,
            "no way to it found (no link)",
        ),
    ],
)
def test_exports(changes: dict[str, object], verdict: Verdict, saw: str) -> None:
    said = export_is_empty(replace(SEEN, export=replace(SEEN.export, **changes)))  # type: ignore[arg-type]
    assert (said.verdict, said.saw) == (verdict, saw)
    assert said.next_step == (EXPORT_BY_HAND if verdict is INCONCLUSIVE else "")
