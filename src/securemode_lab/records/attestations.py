"""The site's attestations: what they say, the file in which they stand, and their evidence."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.console import ADMIN, Console
from securemode_lab.appliance.screen import Screen
from securemode_lab.records.installation import Machine
from securemode_lab.records.record import Attestation, Person
from securemode_lab.vcenter.consoles.evidence import picture_of_log, picture_of_password_prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

_AGE = timedelta(days=3)
_VALID = timedelta(days=365)
_SECURITY = Person("Ada Example", "security officer")
_ADMINISTRATOR = Person("Ben Example", "administrator")
_REFUSAL = "console-login-refused.png"
_SAFE = "safe-book.txt"
_BACKUPS = "backup-book.txt"
_HOSTS = "host-book.txt"
_STANDBY = "standby-book.txt"
_PROMPT = "firmware-password.png"
_BOOKS = {
    _SAFE: "Safe of room 12\nin: memory stick no. 7, bundle of the last-resort account\n"
    "in: sealed envelope no. 7, its password\n",
    _BACKUPS: "Backups\nkept: thirty, encrypted, in two buildings\nlast restored as a test: done\n",
    _HOSTS: "Hosts esxi1 and esxi2\n/etc/vmware/settings: empty\n/etc/vmware/config: no vmx.log\n"
    "management, vMotion and storage segments: routed nowhere, reached by nobody else\n"
    "iSCSI secrets: none, as there is no iSCSI\npatches: the vendor's newest\n",
    _STANDBY: "Secondary deployment\nlicences: none, they move over when it is needed\n",
}
_STATEMENTS = (
    # requirement, what is stated, how it was looked at, which file shows it
    (
        "HOST-01",
        "What no API shows of the hosts esxi1 and esxi2 is as their STIG wants it.",
        "Read the two files in the shell of each host, and asked who reaches which segment.",
        _HOSTS,
    ),
    (
        "BIOS-03",
        "The firmware of every node's virtual machine asks for the supervisor password.",
        "Pressed F2 at the console of each machine while it started.",
        _PROMPT,
    ),
    (
        "CONT-02",
        "The secondary deployment holds no licence.",
        "Read the list of licences when it was last up.",
        _STANDBY,
    ),
    (
        "LAST-04",
        "The bundle and its password lie in the safe of room 12.",
        "Opened the safe and compared the fingerprint.",
        _SAFE,
    ),
    (
        "BACKUP-02",
        "Backups are kept as the site's policy says.",
        "Read the book of backups and restored one on a spare machine.",
        _BACKUPS,
    ),
    (
        "WIZ-02",
        "The console refuses the system administrator.",
        "Tried to log in at the console of each node with the right password.",
        _REFUSAL,
    ),
)


def attestations(today: date) -> tuple[Attestation, ...]:
    """What the site's people state, as of a day."""
    verified = today - _AGE
    return tuple(
        Attestation(
            requirement=requirement,
            statement=statement,
            by=_SECURITY,
            confirmed_by=_ADMINISTRATOR,
            verified=verified,
            valid_until=verified + _VALID,
            how=how,
            evidence=evidence,
        )
        for requirement, statement, how, evidence in _STATEMENTS
    )


async def evidence(variants: Mapping[str, str]) -> dict[str, bytes]:
    """The files that are attested, by name."""
    machine = Machine(variants, "right", Answers(disable_admin_account=True), installed=True)
    screen = Screen([ADMIN, "right"])
    await Console(machine).login(screen)
    books = {name: text.encode() for name, text in _BOOKS.items()}
    pictures = {_REFUSAL: picture_of_log(screen.log), _PROMPT: picture_of_password_prompt()}
    return books | pictures


def document(attested: Iterable[Attestation], files: Mapping[str, bytes]) -> str:
    """The file of attestations, in YAML."""
    lines = [f"{line}\n" for entry in attested for line in _entry(entry, files)]
    return "".join(["attestations:\n", *lines]) if lines else "attestations: []\n"


def _entry(attested: Attestation, files: Mapping[str, bytes]) -> Iterator[str]:
    digest = hashlib.sha256(files[attested.evidence]).hexdigest()
    yield f"  - requirement: {attested.requirement}"
    yield f"    statement: {json.dumps(attested.statement)}"
    yield f"    by: {_person(attested.by)}"
    if attested.confirmed_by:
        yield f"    confirmed_by: {_person(attested.confirmed_by)}"
    yield f"    verified: {attested.verified.isoformat()}"
    yield f"    valid_until: {attested.valid_until.isoformat()}"
    yield f"    how: {json.dumps(attested.how)}"
    yield f"    evidence: [{{file: {attested.evidence}, sha256: {json.dumps(digest)}}}]"


def _person(person: Person) -> str:
    return f"{{name: {person.name}, role: {person.role}}}"
