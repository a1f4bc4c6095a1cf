"""DNS, NTP, syslog and backups: servers that are not configured, not used or not right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Kind
from securemode_lab.appliance.resources import CONFIGURATION
from securemode_lab.faults.fault import Defect, Edit, Fault, Misconfiguration, ServiceDefect
from securemode_lab.services.behaviour import Lookups

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.services.behaviour import SiteBehaviour, Timekeeping

_HOUR_S = 3600.0
_OLD = timedelta(days=30)


def _only_one(resource: str) -> Edit:
    """All but the first server are deleted."""

    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        del members
        for row in deployment.store.rows(resource)[1:]:
            deployment.store.delete(resource, row["id"])

    return edit


def _none(resource: str) -> Edit:
    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        del members
        for row in deployment.store.rows(resource):
            deployment.store.delete(resource, row[CONFIGURATION[resource].key])

    return edit


def _unassigned(field: str, kept: int = 0) -> Edit:
    """Locations use only the first servers; the others stay configured."""

    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        del members
        for row in deployment.store.rows("system_location"):
            deployment.store.update("system_location", row["id"], {field: row[field][:kept]})

    return edit


def _one_without_key(deployment: Deployment, members: Sequence[Member]) -> None:
    del members
    for row in deployment.store.rows("ntp_server")[-1:]:
        deployment.store.update("ntp_server", row["id"], {"key_id": None, "key": ""})


def _old_backups(deployment: Deployment, members: Sequence[Member]) -> None:
    del members
    moment = f"{datetime.now(UTC) - _OLD:%Y-%m-%dT%H:%M:%S.%f}"
    for row in deployment.store.rows("system_backup"):
        deployment.store.update("system_backup", row["filename"], {"date": moment})


def _second_dns(lookups: Lookups, text: str) -> Fault:
    def change(behaviour: SiteBehaviour) -> SiteBehaviour:
        return replace(behaviour, dns=(behaviour.dns[0], lookups))

    return ServiceDefect(name=f"dns-{lookups}", turns=("DNS-02",), text=text, change=change)


def _clocks(
    name: str, turned: str, text: str, change: Callable[[Timekeeping], Timekeeping]
) -> Fault:
    """Both NTP servers do something else."""

    def changed(behaviour: SiteBehaviour) -> SiteBehaviour:
        first, second = map(change, behaviour.ntp)
        return replace(behaviour, ntp=(first, second))

    return ServiceDefect(name=name, turns=(turned,), text=text, change=changed)


def _an_hour_fast(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, clock_error_s=_HOUR_S)


def _without_log(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, logs=False)


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="one-dns-server",
        turns=("DNS-01",),
        text="only one DNS server is configured",
        edit=_only_one("dns_server"),
    ),
    Misconfiguration(
        name="location-with-one-dns-server",
        turns=("DNS-01",),
        text="two DNS servers are configured and locations use one",
        edit=_unassigned("dns_servers", 1),
    ),
    _second_dns(Lookups.SILENT, "the second DNS server answers nothing"),
    _second_dns(Lookups.FAILING, "the second DNS server resolves nothing"),
    _second_dns(Lookups.WRONG, "the second DNS server gives wrong addresses"),
    Misconfiguration(
        name="one-ntp-server",
        turns=("NTP-01",),
        text="only one NTP server is configured",
        edit=_only_one("ntp_server"),
    ),
    Misconfiguration(
        name="location-with-one-ntp-server",
        turns=("NTP-01",),
        text="two NTP servers are configured and locations use one",
        edit=_unassigned("ntp_servers", 1),
    ),
    Misconfiguration(
        name="ntp-without-key",
        turns=("NTP-02",),
        text="one NTP server has no key",
        edit=_one_without_key,
    ),
    _clocks(
        "ntp-accepts-any-key",
        "NTP-03",
        "the NTP servers answer requests with a wrong key",
        lambda keeping: replace(keeping, accepts_any_key=True),
    ),
    _clocks(
        "ntp-unsigned",
        "NTP-03",
        "the NTP servers do not authenticate their answers",
        lambda keeping: replace(keeping, signs=False),
    ),
    _clocks(
        "ntp-servers-fast",
        "NTP-04",
        "the NTP servers are an hour ahead of the nodes",
        lambda keeping: replace(keeping, error_s=_HOUR_S),
    ),
    Defect(
        name="node-clock-fast",
        turns=("NTP-04",),
        text="the clock of a node is an hour fast",
        change=_an_hour_fast,
    ),
    Misconfiguration(
        name="no-syslog-server",
        turns=("SYSLOG-01", "SYSLOG-02"),
        text="no syslog server is configured",
        edit=_none("syslog_server"),
    ),
    Misconfiguration(
        name="location-without-syslog-server",
        turns=("SYSLOG-01",),
        text="a syslog server is configured and no location uses it",
        edit=_unassigned("syslog_servers"),
    ),
    Misconfiguration(
        name="syslog-port",
        turns=("SYSLOG-02",),
        text="messages are sent to a port where no collector listens",
        settings={"syslog_server": {"port": 10514}},
    ),
    Defect(
        name="management-node-sends-no-log",
        turns=("SYSLOG-02",),
        text="the Management Node sends nothing to its syslog servers",
        change=_without_log,
        kind=Kind.MANAGEMENT,
    ),
    Misconfiguration(
        name="no-backup",
        turns=("BACKUP-01",),
        text="the Management Node holds no backup",
        edit=_none("system_backup"),
    ),
    Misconfiguration(
        name="old-backup",
        turns=("BACKUP-01",),
        text="the newest backup is thirty days old",
        edit=_old_backups,
    ),
)
