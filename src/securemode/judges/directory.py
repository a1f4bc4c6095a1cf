"""What the administrators' directory says about LDAP-02 and LDAP-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.roles import PREDEFINED_GROUPS
from securemode.observations.directory import GroupState, Secured
from securemode.verdicts import Judgement, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.directory import (
        DirectoryBindSeen,
        DirectoryGroup,
        DirectoryGroupsSeen,
    )

BIND = "the directory accepts a bind with the configured details over trusted TLS"
GROUPS = "every mapped group exists, and none is pre-defined"
FIRST_CUSTOM_RID = 1000
_BUILTIN_DOMAIN = "S-1-5-32-"


def directory_accepts_the_bind(seen: DirectoryBindSeen) -> Judgement:
    """LDAP-02: TLS with a certificate that is trusted, name and password, and the base DN."""
    where = f"{seen.server} on {seen.port}"
    if seen.secured is Secured.NOT:
        return deviates(
            "has a directory that does not offer TLS", expected=BIND, saw=f"{where}: {seen.trouble}"
        )
    if not seen.trusted:
        return deviates(
            "has a directory whose certificate is not to be trusted",
            expected=BIND,
            saw=f"{where}: {seen.trouble}",
            next_step="give the directory a certificate for its name, of a CA of trust.ca_file.",
        )
    if not seen.bound:
        return deviates(
            "has a directory that refuses the bind", expected=BIND, saw=f"{where}: {seen.answer}"
        )
    if not seen.base_found:
        return deviates(
            "has a directory without the configured base DN",
            expected=BIND,
            saw=f"{where}: {seen.answer}",
        )
    return holds(
        "has a directory that accepts the bind",
        expected=BIND,
        saw=f"{where}: {seen.secured.value}, bound, base DN found",
    )


def mapped_groups_exist_and_are_custom(seen: DirectoryGroupsSeen) -> Judgement:
    """LDAP-05: each group is in the directory; RID, name and place say that somebody made it."""
    wrong = [line for group in seen.groups if (line := _objection(group))]
    hidden = [group.dn for group in seen.groups if group.state is GroupState.HIDDEN]
    missing = any(group.state is GroupState.MISSING for group in seen.groups)
    if wrong and not (missing and not seen.bind.base_found):
        return deviates(
            "maps roles to LDAP groups that it should not", expected=GROUPS, saw="; ".join(wrong)
        )
    if wrong or hidden:
        return unclear(
            "maps roles to LDAP groups that the bind user cannot see",
            expected=GROUPS,
            saw="; ".join(wrong or hidden),
            next_step="let the bind user read them, and check base DN and DNs.",
        )
    return holds(
        "maps roles to custom LDAP groups that exist",
        expected=GROUPS,
        saw="; ".join(
            f"{group.dn} ({f'RID {group.rid}' if group.sid else 'no SID'})" for group in seen.groups
        ),
    )


def _objection(group: DirectoryGroup) -> str:
    if group.state in {GroupState.MISSING, GroupState.NO_GROUP}:
        return f"{group.dn}: {group.state.value}"
    if group.sid.startswith(_BUILTIN_DOMAIN):
        return f"{group.dn}: pre-defined, {group.sid}"
    if group.rid is not None and group.rid < FIRST_CUSTOM_RID:
        return f"{group.dn}: pre-defined, RID {group.rid}"
    if known := [name for name in group.names if name.lower() in PREDEFINED_GROUPS]:
        return f'{group.dn}: pre-defined, "{known[0]}"'
    return ""
