"""`checklist-<target>.ckl`: the checklist of a host or virtual machine for STIG Viewer 2."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from securemode.report import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from securemode.report.checklists import Checklist, Entry, Sheet

_STATUSES = {
    "open": "Open",
    "not_a_finding": "NotAFinding",
    "not_applicable": "Not_Applicable",
    "not_reviewed": "Not_Reviewed",
}
_FROM_THE_STIG_ITSELF = (
    "Group_Title",
    "Weight",
    "Vuln_Discuss",
    "IA_Controls",
    "Check_Content",
    "False_Positives",
    "False_Negatives",
    "Documentable",
    "Mitigations",
    "Potential_Impact",
    "Third_Party_Tools",
    "Mitigation_Control",
    "Responsibility",
    "Security_Override_Guidance",
    "Check_Content_Ref",
    "Class",
    "TargetKey",
)
"""What a reader expects of every rule and our tables do not hold: left empty."""


def write(checklist: Checklist, path: Path) -> None:
    """Write one checklist."""
    path.write_text("\n".join(_lines(checklist)) + "\n", encoding="utf-8")


def _lines(checklist: Checklist) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<CHECKLIST>"
    yield from ("<ASSET>", *_asset(checklist), "</ASSET>")
    yield "<STIGS>"
    for sheet in checklist.sheets:
        yield "<iSTIG>"
        yield from ("<STIG_INFO>", *_information(sheet), "</STIG_INFO>")
        for entry in sheet.entries:
            yield from ("<VULN>", *_vulnerability(sheet, entry), "</VULN>")
        yield "</iSTIG>"
    yield "</STIGS>"
    yield "</CHECKLIST>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(wording.printable(text))}</{name}>"


def _elements(fields: Mapping[str, str]) -> Iterator[str]:
    return (_element(name, text) for name, text in fields.items())


def _asset(checklist: Checklist) -> Iterator[str]:
    return _elements(
        {
            "ROLE": "None",
            "ASSET_TYPE": "Computing",
            "MARKING": "",
            "HOST_NAME": checklist.target,
            "HOST_IP": checklist.address,
            "HOST_MAC": "",
            "HOST_FQDN": checklist.fqdn,
            "TARGET_COMMENT": checklist.remark,
            "TECH_AREA": "",
            "TARGET_KEY": "",
            "WEB_OR_DATABASE": "false",
            "WEB_DB_SITE": "",
            "WEB_DB_INSTANCE": "",
        }
    )


def _information(sheet: Sheet) -> Iterator[str]:
    fields = {
        "version": sheet.version,
        "classification": "",
        "customname": "",
        "stigid": sheet.title,
        "description": "",
        "filename": "",
        "releaseinfo": f"Release: {sheet.release}",
        "title": sheet.title,
        "uuid": "",
        "notice": "",
        "source": "",
    }
    for name, text in fields.items():
        yield f"<SI_DATA>{_element('SID_NAME', name)}{_element('SID_DATA', text)}</SI_DATA>"


def _vulnerability(sheet: Sheet, entry: Entry) -> Iterator[str]:
    control = entry.control
    known = {
        "Vuln_Num": entry.vuln,
        "Severity": entry.severity,
        "Rule_ID": control.rule,
        "Rule_Ver": control.id,
        "Rule_Title": control.title,
        "Fix_Text": control.next_step,
        "STIGRef": sheet.stig,
    }
    for name, text in known.items():
        yield _attribute(name, text)
    yield _LEFT_EMPTY
    yield from _elements(
        {
            "STATUS": _STATUSES[entry.status],
            "FINDING_DETAILS": entry.details,
            "COMMENTS": entry.comments,
            "SEVERITY_OVERRIDE": "",
            "SEVERITY_JUSTIFICATION": "",
        }
    )


def _attribute(name: str, text: str) -> str:
    value = _element("ATTRIBUTE_DATA", text)
    return f"<STIG_DATA>{_element('VULN_ATTRIBUTE', name)}{value}</STIG_DATA>"


_LEFT_EMPTY = "\n".join(_attribute(name, "") for name in _FROM_THE_STIG_ITSELF)
