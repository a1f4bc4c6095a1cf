"""What is known of a run beside its findings: who, when, with what, on which selection."""

from __future__ import annotations

import getpass
import hashlib
import platform
import shlex
import subprocess
from collections import Counter
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from securemode import evidence
from securemode.plugin.records import attestations_of
from securemode.probes.versions import ProductVersions
from securemode.proven import faults_shown
from securemode.report import models
from securemode.report.record import RunFacts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from securemode.plugin.notes import Notes
    from securemode.plugin.run import Run
    from securemode.targets import Deployment, Node

SLOWEST = 3


def run_facts(
    run: Run,
    config: pytest.Config,
    notes: Notes,
    *,
    covered: frozenset[tuple[str, str]],
    interrupted: bool,
    faults: tuple[str, ...],
) -> RunFacts:
    """Everything that the record says of the run itself."""
    records = list(evidence.records(run.directory / "evidence"))
    versions = _versions(run.deployment, records)
    return RunFacts(
        run=_conduct(run, config, partial=notes.partial, interrupted=interrupted),
        identity=models.Identity(
            **run.environment.identity.model_dump(),
            product_version=versions.get(run.deployment.management, ""),
        ),
        nodes=tuple(_node(node, versions.get(node, "")) for node in run.deployment.nodes),
        covered=covered,
        planned=notes.planned,
        evidence=models.EvidenceFile(
            file=f"evidence/{evidence.RECORDS}",
            sha256=run.open_observatory().log.digest(),
            records=len(records),
        ),
        setups=notes.setups,
        observations=_observations(records),
        connections=models.Connections(planned=notes.connections),
        waivers=run.waivers,
        attestations=attestations_of(records, run.environment.gate),
        shown=faults_shown(run.root / "requirements"),
        guards_violated=faults,
    )


def _conduct(run: Run, config: pytest.Config, *, partial: bool, interrupted: bool) -> models.Run:
    arguments = [str(argument) for argument in config.invocation_params.args]
    selection = _selection(config)
    return models.Run(
        id=run.id,
        environment=run.environment.name,
        environment_sha256=_environment_hash(run),
        began=_moment(run.began),
        ended=_moment(evidence.now()),
        command=shlex.join(["pytest", *arguments]),
        suite_version=version("securemode"),
        suite_commit=_commit(run.root),
        python=platform.python_version(),
        operator=getpass.getuser(),
        permissions=tuple(sorted(run.environment.allow)),
        lab=_lab(run),
        partial=partial or bool(selection),
        selection=selection,
        interrupted=interrupted,
        rejudges=run.past.result.run.id if run.past else "",
    )


def _lab(run: Run) -> models.Lab | None:
    if run.past is not None:
        return run.past.result.run.lab
    return models.Lab(profile=run.lab.profile, reason=run.lab.profile_reason) if run.lab else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _selection(config: pytest.Config) -> str:
    """What was asked for, where that was not everything."""
    parts = []
    if config.args_source.name == "ARGS":
        parts += [str(argument) for argument in config.args]
    if config.option.keyword:
        parts.append(f"-k {config.option.keyword}")
    if config.option.markexpr:
        parts.append(f"-m {config.option.markexpr}")
    return " ".join(parts)


def _environment_hash(run: Run) -> str:
    if run.past is not None:
        return run.past.result.run.environment_sha256
    path = run.root / "environments" / f"{run.environment.name}.yaml"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _commit(root: Path) -> str:
    """The commit of the suite, a plus where files differ from it; empty without a repository."""
    git = ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        said = subprocess.run(git, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def _versions(deployment: Deployment, records: list[dict[str, Any]]) -> dict[Node, str]:
    """What the Management Node said of each node; nothing where it could not be asked.

    The product calls its Management Node by its FQDN, and lists it first.
    """
    said = [
        node
        for record in records
        if record.get("probe") == ProductVersions.name
        for node in record.get("observation", {}).get("nodes", ())
    ]
    by_name = {node["name"].replace(" ", "-"): node["version"] for node in said}
    found = {node: by_name[node.name] for node in deployment.nodes if node.name in by_name}
    return {deployment.management: said[0]["version"], **found} if said else {}


def _node(node: Node, version_: str) -> models.NodeRecord:
    return models.NodeRecord(
        name=node.name,
        role=node.role.value,
        addresses=node.addresses,
        fqdn=node.fqdn,
        version=version_,
        location=node.location,
    )


def _observations(records: list[dict[str, Any]]) -> models.Observations:
    seen = [record for record in records if "probe" in record]
    slowest = sorted(seen, key=_seconds, reverse=True)[:SLOWEST]
    return models.Observations(
        counts=dict(sorted(Counter(record["probe"] for record in seen).items())),
        slowest=tuple(
            models.SlowObservation(
                probe=record["probe"], target=record["target"], seconds=_seconds(record)
            )
            for record in slowest
        ),
    )


def _seconds(record: dict[str, Any]) -> float:
    return max(0.0, (_moment(record["ended"]) - _moment(record["began"])).total_seconds())
