"""Scans a port of this machine with sslyze as it comes, every suite by itself: a program.

The interpreter of sslyze's own environment runs it: `python stock_sslyze.py PORT`. It prints what
each version accepts and refuses.
"""

import json
import sys

from sslyze import (  # type: ignore[import-not-found,unused-ignore]
    ScanCommand,
    Scanner,
    ServerNetworkLocation,
    ServerScanRequest,
)

VERSIONS = {
    "SSL 2": ScanCommand.SSL_2_0_CIPHER_SUITES,
    "SSL 3": ScanCommand.SSL_3_0_CIPHER_SUITES,
    "TLS 1.0": ScanCommand.TLS_1_0_CIPHER_SUITES,
    "TLS 1.1": ScanCommand.TLS_1_1_CIPHER_SUITES,
    "TLS 1.2": ScanCommand.TLS_1_2_CIPHER_SUITES,
    "TLS 1.3": ScanCommand.TLS_1_3_CIPHER_SUITES,
}
location = ServerNetworkLocation("127.0.0.1", int(sys.argv[1]), ip_address="127.0.0.1")
commands = {*VERSIONS.values(), ScanCommand.ELLIPTIC_CURVES}
scanner = Scanner(concurrent_server_scans_limit=1)
scanner.queue_scans([ServerScanRequest(location, scan_commands=commands)])
[scanned] = scanner.get_results()
results = {name: getattr(scanned.scan_result, command.value) for name, command in VERSIONS.items()}
suites = {
    name: [sorted(one.cipher_suite.name for one in said) for said in both]
    for name, done in results.items()
    for both in [(done.result.accepted_cipher_suites, done.result.rejected_cipher_suites)]
}
sys.stdout.write(json.dumps(suites))
