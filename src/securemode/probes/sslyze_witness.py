"""Everything that a TLS port accepts, seen by sslyze: the second witness beside our own.

sslyze lives in a process and an environment of its own (`sslyze_process.py`): it holds
`cryptography` at an old version, and it is AGPL. It has been seen to wait for ever on servers that
demand a client certificate, so each scan has a hard time limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from securemode.errors import UnexpectedAnswer, Unsupported
from securemode.observations.tls import SslyzeScanSeen, TlsService, TlsVersion, VersionScanned
from securemode.probes.probe import Connection

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node

_MOST_CONNECTIONS = 1600
_SUITES_OF = {
    TlsVersion.SSL_2: "ssl_2_0_cipher_suites",
    TlsVersion.SSL_3: "ssl_3_0_cipher_suites",
    TlsVersion.TLS_1_0: "tls_1_0_cipher_suites",
    TlsVersion.TLS_1_1: "tls_1_1_cipher_suites",
    TlsVersion.TLS_1_2: "tls_1_2_cipher_suites",
    TlsVersion.TLS_1_3: "tls_1_3_cipher_suites",
}
_CURVES = "elliptic_curves"


@dataclass(frozen=True, slots=True, kw_only=True)
class SslyzeScan:
    """The versions, suites and curves that sslyze finds one TLS port of a node to accept.

    Attributes:
        target: the node.
        service: what answers there.
        port: the product's own port number of that service.
    """

    name: ClassVar[str] = "sslyze-scan"
    observes: ClassVar[type] = SslyzeScanSeen
    intrusive: ClassVar[str | None] = None
    takes_s: ClassVar[float] = 3.0
    simultaneous: ClassVar[int] = 5
    volatile: ClassVar[frozenset[str]] = frozenset({"versions.rejected", "groups_rejected"})
    surface: ClassVar[frozenset[str]] = frozenset({"versions.accepted"})

    target: Node
    service: TlsService = TlsService.HTTPS
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """One line: one connection a suite and version, and as many again for retries."""
        port = str(self.target.port(self.port))
        return (Connection("tls", self.target.address, port, _MOST_CONNECTIONS),)

    def look(self, access: Access) -> SslyzeScanSeen:
        """Have sslyze scan the port once.

        Raises:
            Unsupported: this installation has no sslyze.
            TimedOut: sslyze was still running at the end of its time.
            UnexpectedAnswer: sslyze could not connect, or answered something else than its report.
            Interrupted: the run was stopped.
        """
        if access.witness is None:
            raise Unsupported(
                "the second TLS witness, sslyze, is not installed",
                remedy="run ./accept, which installs it, or see locks/witness.txt",
            )
        report = access.witness.scan(self._order(), access.cancelled)
        try:
            return self._read(report)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise UnexpectedAnswer(f"sslyze wrote no report that we can read: {error!r}") from error

    def _order(self) -> dict[str, str | int]:
        return {
            "host": self.target.address,
            "port": self.target.port(self.port),
            "server_name": self.target.fqdn.rstrip("."),
        }

    def _read(self, report: dict[str, Any]) -> SslyzeScanSeen:
        scan = report["scan"]
        if scan["connectivity_status"] != "COMPLETED":
            raise UnexpectedAnswer(
                f"sslyze found no TLS on port {self.target.port(self.port)} "
                f"of {self.target.address}: {_last_line(scan['connectivity_error_trace'])}"
            )
        results = scan["scan_result"]
        versions = [
            _version_scanned(version, results[key]["result"])
            for version, key in _SUITES_OF.items()
            if results[key]["status"] == "COMPLETED"
        ]
        if not versions:
            raise UnexpectedAnswer(f"sslyze completed no scan: {_incomplete(results)}")
        curves = results[_CURVES]["result"] or {}
        return SslyzeScanSeen(
            service=self.service,
            port=self.target.port(self.port),
            sslyze_version=str(report["sslyze_version"]),
            versions=tuple(versions),
            groups_accepted=_curve_names(curves.get("supported_curves")),
            groups_rejected=_curve_names(curves.get("rejected_curves")),
            incomplete=_incomplete(results),
        )


def _version_scanned(version: TlsVersion, result: dict[str, Any]) -> VersionScanned:
    return VersionScanned(
        version=version,
        accepted=_suite_names(result["accepted_cipher_suites"]),
        rejected=_suite_names(result["rejected_cipher_suites"]),
    )


def _suite_names(suites: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(str(suite["cipher_suite"]["name"]) for suite in suites)


def _curve_names(curves: list[dict[str, Any]] | None) -> tuple[str, ...]:
    """Names as the TLS registry writes them."""
    named = (str(curve["name"]) for curve in curves or [])
    return tuple(name.lower() if name.startswith("X") else name for name in named)


def _incomplete(results: dict[str, Any]) -> tuple[str, ...]:
    wanted = {str(version): key for version, key in _SUITES_OF.items()}
    wanted["curves"] = _CURVES
    return tuple(
        f"{what}: {results[key]['error_reason']} {_last_line(results[key]['error_trace'])}"
        for what, key in wanted.items()
        if results[key]["status"] != "COMPLETED"
    )


def _last_line(text: str | list[str] | None) -> str:
    """Where Python says what happened, at the end of a traceback."""
    joined = "".join(text) if isinstance(text, list) else text or ""
    lines = joined.strip().splitlines()
    return lines[-1] if lines else "no reason given"
