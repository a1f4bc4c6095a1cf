"""Scans TLS ports with sslyze, as ordered line by line: a program of its own, never imported.

The interpreter of sslyze's own environment runs it; it knows nothing of ours. sslyze is loaded
once, and each order is then scanned by a fork of this process, which has a hard time limit.

    stdin   {"order": "7", "host": "::1", "port": 443, "server_name": "", "seconds": 30.0}
    stdout  {"order": "7", "report": {"sslyze_version": "6.3.1", "scan": {...}}}
            {"order": "7", "timed_out": true}
            {"order": "7", "error": "what went wrong"}

It ends, and its scans with it, when its standard input does.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
from dataclasses import dataclass, field
from typing import Any

# mypy checks our environment, which has no sslyze, on purpose
from sslyze import (  # type: ignore[import-not-found,unused-ignore]
    ScanCommand,
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanResultAsJson,
)
from sslyze.__version__ import __version__  # type: ignore[import-not-found,unused-ignore]
from sslyze.errors import (  # type: ignore[import-not-found,unused-ignore]
    ServerRejectedTlsHandshake,
)
from sslyze.plugins.openssl_cipher_suites.cipher_suites import (  # type: ignore[import-not-found,unused-ignore]
    CipherSuitesRepository,
)
from sslyze.server_connectivity import (  # type: ignore[import-not-found,unused-ignore]
    ServerConnectivityInfo,
    ServerTlsProbingResult,
    TlsVersionEnum,
)

ORDERS = 0
CHUNK = 1 << 16

PAST = {
    TlsVersionEnum.SSL_2_0: ScanCommand.SSL_2_0_CIPHER_SUITES,
    TlsVersionEnum.SSL_3_0: ScanCommand.SSL_3_0_CIPHER_SUITES,
    TlsVersionEnum.TLS_1_0: ScanCommand.TLS_1_0_CIPHER_SUITES,
    TlsVersionEnum.TLS_1_1: ScanCommand.TLS_1_1_CIPHER_SUITES,
}
SINCE_TLS_1_2 = ("_SHA256", "_SHA384")
"""How suites end that no older version has; sslyze lists them there, but OpenSSL sends none."""
PRESENT = {
    ScanCommand.TLS_1_2_CIPHER_SUITES,
    ScanCommand.TLS_1_3_CIPHER_SUITES,
    ScanCommand.ELLIPTIC_CURVES,
}


@dataclass
class Scan:
    """One fork at work.

    Attributes:
        order: what the orderer calls it.
        process: its process id.
        said: what it has written so far.
    """

    order: str
    process: int
    said: bytearray = field(default_factory=bytearray)


def serve() -> None:
    """Take orders until there are no more to come."""
    selector = selectors.DefaultSelector()
    selector.register(ORDERS, selectors.EVENT_READ)
    unfinished = b""
    while True:
        for key, _ in selector.select():
            chunk = os.read(key.fd, CHUNK)
            if key.fd == ORDERS:
                if not chunk:
                    _end_all(selector)
                    return
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    _begin(json.loads(line), selector)
            elif chunk:
                key.data.said += chunk
            else:
                selector.unregister(key.fd)
                os.close(key.fd)
                _answer(key.data)


def _begin(order: dict[str, Any], selector: selectors.BaseSelector) -> None:
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _scan_and_exit(order, writing)
    os.close(writing)
    selector.register(reading, selectors.EVENT_READ, Scan(order["order"], process))


def _answer(scan: Scan) -> None:
    _, status = os.waitpid(scan.process, 0)
    answer: dict[str, Any] = {"order": scan.order}
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        answer["timed_out"] = True
    elif status or not scan.said:
        answer["error"] = scan.said.decode(errors="replace") or f"ended with status {status}"
    else:
        answer["report"] = json.loads(scan.said)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _end_all(selector: selectors.BaseSelector) -> None:
    for key in selector.get_map().values():
        if isinstance(key.data, Scan):
            os.kill(key.data.process, signal.SIGKILL)


def _scan_and_exit(order: dict[str, Any], writing: int) -> None:
    """In the fork: scan, say what came of it, end."""
    status = 1
    try:
        signal.setitimer(signal.ITIMER_REAL, order["seconds"])
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        said = json.dumps({"sslyze_version": __version__, "scan": _scan(order)})
        status = 0
    except Exception as error:  # noqa: BLE001 - said to whoever ordered
        said = f"{type(error).__name__}: {error}"
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as answer:
            answer.write(said)
    finally:
        os._exit(status)


def _scan(order: dict[str, Any]) -> dict[str, Any]:
    """One port's versions, suites and curves, as sslyze writes them into its reports.

    An old version is offered with all of its suites at once first. Where that is refused, all of
    them are, and not scanned one by one, which would be some eighty connections a version.
    """
    host = order["host"]
    location = ServerNetworkLocation(host, order["port"], ip_address=host)
    network = ServerNetworkConfiguration(order["server_name"] or host)
    report, probed = _scanned(location, network, PRESENT)
    if probed is None:
        return report
    server = ServerConnectivityInfo(location, network, probed)
    refused = {command: _refused_at_once(server, version) for version, command in PAST.items()}
    if left := {command for command, suites in refused.items() if not suites}:
        more, _ = _scanned(location, network, left)
        report["scan_result"] |= {one.value: more["scan_result"][one.value] for one in left}
    for command, suites in refused.items():
        if suites:
            named = [{"cipher_suite": {"name": suite}} for suite in suites]
            result = {"accepted_cipher_suites": [], "rejected_cipher_suites": named}
            report["scan_result"][command.value] = {"status": "COMPLETED", "result": result}
    return report


def _scanned(
    location: ServerNetworkLocation,
    network: ServerNetworkConfiguration,
    commands: set[ScanCommand],
) -> tuple[dict[str, Any], ServerTlsProbingResult | None]:
    """The report, and how sslyze could connect: None where it could not."""
    scanner = Scanner(concurrent_server_scans_limit=1)
    scanner.queue_scans([ServerScanRequest(location, network, scan_commands=commands)])
    [result] = scanner.get_results()
    report: dict[str, Any] = json.loads(
        ServerScanResultAsJson.model_validate(result).model_dump_json()
    )
    return report, result.connectivity_result


def _refused_at_once(server: ServerConnectivityInfo, version: TlsVersionEnum) -> list[str]:
    """The suites that sslyze can offer with a version, where the server refuses them together."""
    known = CipherSuitesRepository.get_all_cipher_suites(version)
    suites = [suite for suite in known if not suite.name.endswith(SINCE_TLS_1_2)]
    connection = server.get_preconfigured_tls_connection(
        override_tls_version=version, should_use_legacy_openssl=True
    )
    connection.ssl_client.set_cipher_list(":".join(suite.openssl_name for suite in suites))
    try:
        connection.connect()
    except ServerRejectedTlsHandshake:
        return sorted(suite.name for suite in suites)
    except Exception:  # noqa: BLE001 - whatever it is, the scan of each suite says it better
        return []
    finally:
        connection.close()
    return []


if __name__ == "__main__":
    gc.freeze()  # what has been loaded stays shared with the forks
    serve()
