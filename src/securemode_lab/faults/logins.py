"""Ways in that should be shut, and one that should be open: SSH and the Administrator interface."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Kind
from securemode_lab.faults.fault import Change, Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour


def _web(defect: str) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, web_defects=behaviour.web_defects | {defect})

    return change


def _listening_for_ssh(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, ssh=True)


def _letting_in_by_ssh(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, ssh=True, ssh_logins=True)


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="ssh-on",
        turns=("GLOBAL-07",),
        text="SSH is enabled in the global settings",
        settings={"global": {"enable_ssh": True}},
    ),
    Misconfiguration(
        name="ssh-on-for-conferencing-nodes",
        turns=("GLOBAL-07",),
        text="Conferencing Nodes override the global setting and enable SSH",
        settings={"worker_vm": {"enable_ssh": "ON"}},
    ),
    Defect(
        name="node-listens-for-ssh",
        turns=("GLOBAL-07",),
        text="a node listens on TCP 22 although SSH is off",
        change=_listening_for_ssh,
    ),
    Misconfiguration(
        name="administrator-account-enabled",
        turns=("WIZ-02", "GLOBAL-07"),
        text="the system administrator account is enabled, and so is SSH, where it shows",
        answers={"disable_admin_account": False},
        settings={"global": {"enable_ssh": True}},
    ),
    Defect(
        name="node-lets-administrator-in",
        turns=("WIZ-02", "GLOBAL-07"),
        text="a node listens on TCP 22 and lets the disabled administrator in",
        change=_letting_in_by_ssh,
    ),
    Defect(
        name="login-refuses-right-password",
        turns=("DEPLOY-05",),
        clouds=("WIZ-01", "WIZ-10", "WIZ-11", "ROLE-01", "ROLE-02", "ROLE-03"),
        text="the Administrator interface refuses the administrator's password",
        change=_web("login_refuses_right_password"),
        kind=Kind.MANAGEMENT,
        beside="passwords-suffice",
    ),
    Defect(
        name="login-accepts-wrong-password",
        turns=("DEPLOY-05",),
        text="the Administrator interface accepts any password of the administrator",
        change=_web("login_accepts_wrong_password"),
        kind=Kind.MANAGEMENT,
        beside="passwords-suffice",
    ),
    Defect(
        name="login-page-without-banner",
        turns=("GLOBAL-14",),
        text="the login page does not show the banner that is configured",
        change=_web("login_page_without_banner"),
        kind=Kind.MANAGEMENT,
        beside="passwords-suffice",
    ),
    Misconfiguration(
        name="sessions-unlimited",
        turns=("WIZ-10",),
        text="the wizard was told not to limit web sessions over all users",
        answers={"web_global_session_limit": None},
    ),
    Defect(
        name="session-limit-ignored",
        turns=("WIZ-10",),
        text="the Management Node does not hold to the limit of web sessions over all users",
        change=_web("sessions_unlimited_total"),
        kind=Kind.MANAGEMENT,
    ),
    Misconfiguration(
        name="sessions-of-one-user-unlimited",
        turns=("WIZ-11",),
        text="the wizard was told not to limit web sessions of one user",
        answers={"web_per_user_session_limit": None},
    ),
    Defect(
        name="session-limit-of-one-user-ignored",
        turns=("WIZ-11",),
        text="the Management Node does not hold to the limit of web sessions of one user",
        change=_web("sessions_unlimited_per_user"),
        kind=Kind.MANAGEMENT,
    ),
)
