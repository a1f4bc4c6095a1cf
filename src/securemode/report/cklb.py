"""`checklist-<target>.cklb`: the checklist of a host or virtual machine for STIG Viewer 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from securemode.report import exported

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.checklists import Checklist, Entry, Sheet
    from securemode.report.models import Result

_FROM_THE_STIG_ITSELF = (
    "group_title",
    "discussion",
    "check_content",
    "ia_controls",
    "false_positives",
    "false_negatives",
    "documentable",
    "mitigations",
    "mitigation_control",
    "potential_impacts",
    "responsibility",
    "security_override_guidance",
    "third_party_tools",
    "classification",
    "weight",
)
"""What a reader expects of every rule and our tables do not hold: left empty."""


def write(result: Result, checklist: Checklist, path: Path) -> None:
    """Write one checklist."""
    exported.write_json(document(result, checklist), path)


def document(result: Result, checklist: Checklist) -> dict[str, Any]:
    """The checklist as STIG Viewer 3 writes it, `cklb_version` 1.0."""
    return {
        "title": checklist.name,
        "id": exported.identifier(result, "cklb", checklist.name),
        "stigs": [_stig(result, checklist, sheet) for sheet in checklist.sheets],
        "active": False,
        "mode": 2,
        "has_path": False,
        "target_data": {
            "target_type": "Computing",
            "host_name": checklist.target,
            "ip_address": checklist.address,
            "mac_address": "",
            "fqdn": checklist.fqdn,
            "comments": checklist.remark,
            "role": "None",
            "is_web_database": False,
            "technology_area": "",
            "web_db_site": "",
            "web_db_instance": "",
        },
        "cklb_version": "1.0",
    }


def _stig(result: Result, checklist: Checklist, sheet: Sheet) -> dict[str, Any]:
    uuid = exported.identifier(result, "cklb", checklist.name, sheet.stig)
    return {
        "stig_name": sheet.title,
        "display_name": sheet.title,
        "stig_id": sheet.title,
        "version": sheet.version,
        "release_info": f"Release: {sheet.release}",
        "reference_identifier": "",
        "uuid": uuid,
        "size": len(sheet.entries),
        "rules": [_rule(result, checklist, sheet, uuid, entry) for entry in sheet.entries],
    }


def _rule(
    result: Result, checklist: Checklist, sheet: Sheet, stig_uuid: str, entry: Entry
) -> dict[str, Any]:
    control = entry.control
    return {
        **dict.fromkeys(_FROM_THE_STIG_ITSELF, ""),
        "uuid": exported.identifier(result, "cklb", checklist.name, sheet.stig, control.id),
        "stig_uuid": stig_uuid,
        "stig_ref": sheet.stig,
        "target_key": "",
        "group_id": entry.vuln,
        "group_id_src": entry.vuln,
        "rule_id": control.rule.removesuffix("_rule"),
        "rule_id_src": control.rule,
        "rule_version": control.id,
        "rule_title": control.title,
        "fix_text": control.next_step,
        "severity": entry.severity,
        "status": entry.status,
        "finding_details": entry.details,
        "comments": entry.comments,
        "check_content_ref": {"name": "", "href": ""},
        "legacy_ids": [],
        "ccis": [],
        "group_tree": [],
        "overrides": {},
    }
