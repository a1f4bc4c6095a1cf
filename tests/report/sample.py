"""A realistic run: 115 requirements, three nodes, the first slice covered, some of it wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from securemode.evidence import evidence_id
from securemode.report.models import (
    Connections,
    EvidenceFile,
    Identity,
    Lab,
    NodeRecord,
    Observations,
    Run,
    SetupRecord,
    SlowObservation,
)
from securemode.report.record import Planned, RunFacts, compose
from securemode.report.recorded import RecordedFinding
from securemode.requirements import Catalogue
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode.report.models import Result

NODES = ("mgmt", "conf1", "conf2")
TLS_VERSIONS = ("SSL 2", "SSL 3", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
OLD_TLS_NODE = "conf2"
BEGAN = datetime(2025, 11, 23, 9, 30, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    interface: str = ""
    api: str = ""
    wizard: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    title: str = "a requirement"
    section: str = "security-wizard"
    applies_to: str = "every_node"
    expected: str = "as it should be"
    severity: str = "high"
    why: str = ""
    kinds: Mapping[str, object] = field(default_factory=lambda: {"observed": ()})
    remedy: Remedy = Remedy()


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(Path(__file__).parents[2] / "requirements")


COVERED = tuple(
    [(f"WIZ-{number:02}", "observed") for number in (2, 4, 7, 8, 9, 10, 11, 12, 14, 18, 21, 22, 24)]
    + [(f"SNMP-{number:02}", "observed") for number in (2, 4, 5)]
    + [(f"SNMP-{number:02}", "declared") for number in (1, 2, 3)]
    + [(f"GLOBAL-{number:02}", "declared") for number in (1, 2, 3, 4, 5, 7, 14, 15, 16)]
    + [("GLOBAL-01", "observed"), ("GLOBAL-07", "observed"), ("GLOBAL-14", "observed")]
    + [("DEPLOY-05", "observed"), ("IPV6-01", "observed"), ("IPV6-02", "observed")]
    + [("WIZ-14", "documented"), ("WIZ-12", "documented"), ("LAST-04", "attested")]
)
ONCE = ("WIZ-10", "WIZ-11", "DEPLOY-05", "GLOBAL-16", "GLOBAL-15", "LAST-04", "IPV6-01")


def finding(requirement: str, verdict: Verdict = Verdict.PASS, **more: Any) -> RecordedFinding:
    said = {
        "kind": "observed",
        "target": "conf1",
        "what": "is as it should be",
        "expected": "as it should be",
        "saw": "as it should be",
        "vantage": "local",
        "node_id": f"features/a.feature::{requirement}[{more.get('target', 'conf1')}]",
    } | more
    return RecordedFinding(requirement=requirement, verdict=verdict, **said)


def findings() -> list[RecordedFinding]:
    found = [
        _found(requirement, kind, target)
        for requirement, kind in COVERED
        for target in (("deployment",) if requirement in ONCE else NODES)
    ]
    return [entry for entry in found if entry is not None]


def _found(requirement: str, kind: str, target: str) -> RecordedFinding | None:
    words = _deviations(target).get((requirement, kind)) or {}
    scenario = f"{requirement} holds, {kind}"
    node_id = f"features/05-security-wizard/tls.feature::{requirement}-{kind}[{target}]"
    where: dict[str, Any] = {"kind": kind, "target": target, "scenario": scenario}
    look = "TLS" if requirement in TLS_ROWS else requirement.replace("-", "")
    evidence = {"evidence": (evidence_id(look, {"target": target}, kind),), "node_id": node_id}
    return finding(requirement, **(where | evidence | words))


TLS_ROWS = ("WIZ-12", "WIZ-14", "WIZ-18", "WIZ-24")


def _deviations(target: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What is wrong with this deployment."""
    everywhere: dict[tuple[str, str], dict[str, Any]] = {
        ("WIZ-10", "observed"): {
            "verdict": Verdict.NOT_REVIEWED,
            "what": "Filling the session limit disturbs administrators: the environment does not "
            "allow web_sessions.",
            "expected": "",
            "saw": "",
            "next_step": 'add "web_sessions" to allow: in the environment',
        },
        ("GLOBAL-04", "declared"): {
            "verdict": Verdict.NOT_APPLICABLE,
            "what": "The environment states that RTMP is needed.",
            "expected": "",
            "saw": "",
        },
        ("LAST-04", "attested"): {
            "verdict": Verdict.ATTESTED,
            "what": "keeps bundle and password in a safe",
            "expected": "a statement",
            "saw": "J. Doe, 2025-11-01",
        },
    }
    if target != OLD_TLS_NODE:
        return everywhere
    old = {
        "verdict": Verdict.FAIL,
        "what": "accepts TLS 1.1 on 443",
        "expected": "1.2 and later",
        "saw": "1.1, 1.2, 1.3",
        "next_step": "run securitywizard on the Management Node, answer NO to "
        '"Enable TLS < 1.2", then reboot conf2',
    }
    return everywhere | {
        ("WIZ-14", "observed"): old,
        ("WIZ-12", "observed"): old | {"what": "accepts TLS 1.1 on 443 and 5061"},
        ("SNMP-04", "observed"): {
            "verdict": Verdict.INCONCLUSIVE,
            "what": "could not be looked at (TimedOut)",
            "expected": "an observation",
            "saw": "no answer to an SNMPv3 request within 2.0 s on UDP 161",
            "next_step": "see whether UDP 161 of conf2 is reachable from here",
        },
        ("WIZ-21", "observed"): {
            "verdict": Verdict.FAIL,
            "what": "sends no Referrer-Policy on /webapp3/",
            "expected": "same-origin on every response",
            "saw": "no header on 1 of 6 responses",
        },
    }


def evidence_records(found: Iterable[RecordedFinding]) -> list[dict[str, Any]]:
    cited = {name: entry for entry in found for name in entry.evidence}
    return [_record(name, entry) for name, entry in cited.items()]


def _record(name: str, entry: RecordedFinding) -> dict[str, Any]:
    probe, observation = _seen(entry)
    return {
        "id": name,
        "probe": probe,
        "target": entry.target,
        "vantage": "local",
        "parameters": {"target": entry.target, "port": 443},
        "began": "2025-11-23T09:30:14.201Z",
        "ended": "2025-11-23T09:30:14.377Z",
        "attempts": 1,
        "observation": observation,
    }


def _seen(entry: RecordedFinding) -> tuple[str, dict[str, Any]]:
    if entry.requirement in TLS_ROWS:
        return "tls-endpoint", _tls(entry.target)
    if entry.requirement == "WIZ-04":
        return "closed-ports", _ports()
    return "http-answers", {"answered": True, "saw": entry.saw}


def _ports() -> dict[str, Any]:
    said = [{"port": 23, "state": "silent"}, {"port": 7, "state": "icmp", "icmp_type": 3}]
    return {
        "transport": "tcp",
        "family": "ipv4",
        "address": "198.51.100.10",
        "said": [*said, {"port": 445, "state": "silent"}],
        "control_port": 443,
        "control_before": "open",
        "control_after": "open",
        "every_port": None,
    }


def _tls(target: str) -> dict[str, Any]:
    newest = TLS_VERSIONS[-3:] if target == OLD_TLS_NODE else TLS_VERSIONS[-2:]
    suites = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"]
    return {
        "service": "https",
        "address": "198.51.100.10",
        "port": 443,
        "server_name": f"{target}.lab.example",
        "versions": [
            {"version": v, "accepted": v in newest, "suites": suites if v in newest else []}
            for v in TLS_VERSIONS
        ],
        "client_certificate": "not requested",
        "connections": 24,
    }


def run_facts(**changed: Any) -> RunFacts:
    run = {
        "id": "20251123T093012Z-lab-7f3a",
        "environment": "lab",
        "environment_sha256": "4d1c7f2a" * 8,
        "began": BEGAN,
        "ended": BEGAN + timedelta(seconds=14.2),
        "command": "./accept --env=lab",
        "suite_version": "0.1.0",
        "suite_commit": "45e14f4c0ffee45e14f4",
        "python": "3.11.2",
        "operator": "validation",
        "lab": Lab(profile="namespaces"),
    } | changed.pop("run", {})
    facts: dict[str, Any] = {
        "run": Run(**run),
        "identity": Identity(
            customer="Example Ministry",
            site="Data centre North",
            contract="C-2025-0117",
            system="Video conferencing, secure enclave",
            product_version="41 (80000.0.0)",
        ),
        "nodes": tuple(_node(number, name) for number, name in enumerate(NODES)),
        "covered": frozenset(COVERED),
        "planned": (),
        "evidence": EvidenceFile(
            file="evidence/observations.jsonl", sha256="9b1e5a30" * 8, records=58
        ),
        "setups": (
            SetupRecord(name="lab", changes=("started 3 nodes",), outcome="ready in 0.8 s"),
            SetupRecord(name="security_wizard", changes=("25 answers",), outcome="verified"),
        ),
        "observations": Observations(
            counts={"tls-endpoint": 5, "tcp-ports": 6, "snmp-answers": 3, "http-answers": 3},
            slowest=(
                SlowObservation(probe="tcp-ports", target="conf2", seconds=4.12),
                SlowObservation(probe="snmp-answers", target="conf2", seconds=4.0),
                SlowObservation(probe="tls-endpoint", target="mgmt", seconds=0.18),
            ),
        ),
        "connections": Connections(planned=2210, actual=1874),
    }
    return RunFacts(**(facts | changed))


def _node(number: int, name: str) -> NodeRecord:
    return NodeRecord(
        name=name,
        role="conferencing" if number else "management",
        addresses=(f"198.51.100.{10 + number}", f"2001:db8:51::{10 + number}"),
        fqdn=f"{name}.lab.example",
        version="41 (80000.0.0)",
        location="location-a" if number else "",
    )


def result(**changed: Any) -> Result:
    return compose(catalogue(), findings(), run_facts(**changed))


def gate(*stops: str) -> Any:
    return SimpleNamespace(stops=stops)


def planned(requirement: str, target: str = "conf1") -> Planned:
    node_id = finding(requirement, target=target).node_id
    return Planned(requirement=requirement, kind="observed", target=target, node_id=node_id)
