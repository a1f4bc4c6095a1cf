"""Directory, client certificates and the last-resort account as they should not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa

from securemode_lab.appliance.derive import Kind
from securemode_lab.appliance.resources.x509 import certificates
from securemode_lab.faults.fault import Change, Defect, Edit, Fault, Misconfiguration, ServiceDefect
from securemode_lab.services import authority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.services.behaviour import SiteBehaviour

_LET_IN_FIRST = ("WIZ-01", "WIZ-10", "WIZ-11", "CBA-02", "CBA-04", "ROLE-01", "ROLE-02", "ROLE-03")
"""Rows whose control is somebody of the directory whom the interface lets in."""
_LAST_RESORT_BITS = 4096


def _authentication(name: str, fields: dict[str, Any], text: str, *turns: str) -> Fault:
    settings = {"authentication": fields}
    return Misconfiguration(name=name, turns=turns, text=text, settings=settings)


def _other_bind_user(deployment: Deployment, members: Sequence[Member]) -> None:
    """Somebody else's account, with which the directory answers just as well."""
    del members
    reader = deployment.credentials.roles.read_only
    name = f"CN={reader.username},OU=People,{deployment.site.people.tree.base}"
    fields = {"ldap_bind_username": name, "ldap_bind_password": reader.password}
    deployment.store.update("authentication", 1, fields)


def _by_address(deployment: Deployment, members: Sequence[Member]) -> None:
    """The directory's address instead of its name; it is reached all the same."""
    del members
    address = deployment.site.hosts[0].attachment.ipv4
    deployment.store.update("authentication", 1, {"ldap_server": address})


def _other_certificate_mode(deployment: Deployment, members: Sequence[Member]) -> None:
    del members
    now = deployment.store.get("authentication", 1)["client_certificate"]
    other = "CN" if now == "UPN" else "UPN"
    deployment.store.update("authentication", 1, {"client_certificate": other})


def _passwords_suffice(deployment: Deployment, members: Sequence[Member]) -> None:
    del members
    deployment.store.update("authentication", 1, {"client_certificate": "NO"})


def _unmapped(deployment: Deployment, members: Sequence[Member]) -> None:
    """Nothing is mapped to the Read-only role any more."""
    del members
    roles = {row["id"] for row in deployment.store.rows("role") if row["name"] == "Read-only"}
    for row in deployment.store.rows("role_mapping"):
        if roles.intersection(row["roles"]):
            deployment.store.delete("role_mapping", row["id"])


def _mapped_to(group: str) -> Edit:
    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        del members
        value = f"{group},{deployment.site.people.tree.base}"
        role = next(r["id"] for r in deployment.store.rows("role") if r["name"] == "Read-only")
        mapping = {"name": "one more", "source": "LDAP", "value": value, "roles": [role]}
        deployment.store.insert("role_mapping", mapping)

    return edit


def _without_last_resort(deployment: Deployment, members: Sequence[Member]) -> None:
    """What signed itself and names the local administrator is not trusted any more."""
    del members
    name = deployment.accounts.local_username
    for row in deployment.store.rows("ca_certificate"):
        first = certificates(row["certificate"])[0]
        if first.issuer == first.subject and row["subject_name"] == name:
            deployment.store.delete("ca_certificate", row["id"])


def _other_last_resort(bits: int, days: int) -> Edit:
    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        _without_last_resort(deployment, members)
        name = deployment.accounts.local_username
        order = replace(authority.person(name), authority=True, ends=timedelta(days=days))
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        made = authority.self_signed(order, key).pem
        deployment.store.insert("ca_certificate", {"certificate": made})

    return edit


def _web(defect: str) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, web_defects=behaviour.web_defects | {defect})

    return change


def _accepting(sort: str) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, clients=behaviour.clients | {sort})

    return change


def _untrusted(behaviour: NodeBehaviour) -> NodeBehaviour:
    lying = behaviour.web_defects | {"untrusted_certificate_accepted"}
    return replace(behaviour, web_defects=lying, clients=behaviour.clients | {"untrusted"})


def _management(
    name: str, change: Change, text: str, *turns: str, clouds: tuple[str, ...] = ()
) -> Fault:
    return Defect(
        name=name, turns=turns, clouds=clouds, text=text, change=change, kind=Kind.MANAGEMENT
    )


def _refusing(behaviour: SiteBehaviour) -> SiteBehaviour:
    return replace(behaviour, ldap_refuses_binds=True)


DIRECTORY: tuple[Fault, ...] = (
    _authentication(
        "authentication-by-oidc-too",
        {"source": "LDAP+OIDC+LOCAL"},
        "administrators may come from an OpenID provider as well",
        "LDAP-01",
    ),
    _authentication(
        "authentication-without-local",
        {"source": "LDAP"},
        "only the directory is asked, so that the local administrator is locked out",
        "LDAP-01",
        "LAST-03",
    ),
    Misconfiguration(
        name="ldap-other-bind-user",
        turns=("LDAP-02",),
        text="the product binds with a person's account instead of its own",
        edit=_other_bind_user,
    ),
    Misconfiguration(
        name="ldap-server-by-address",
        turns=("LDAP-02",),
        text="the directory is configured by its address instead of its name",
        edit=_by_address,
    ),
    ServiceDefect(
        name="ldap-refuses-the-bind",
        turns=("LDAP-02",),
        clouds=("LDAP-05",),
        text="the directory refuses the bind user everywhere but from the Management Node",
        change=_refusing,
    ),
    _authentication(
        "ldap-without-tls", {"ldap_permit_no_tls": True}, "LDAP without TLS is permitted", "LDAP-03"
    ),
    Misconfiguration(
        name="read-only-unmapped",
        turns=("LDAP-04",),
        clouds=("ROLE-01",),
        text="no group of the directory is mapped to the role Read-only",
        edit=_unmapped,
    ),
    Misconfiguration(
        name="mapped-to-domain-users",
        turns=("LDAP-05",),
        text="the role Read-only is mapped to the pre-defined group Domain Users",
        edit=_mapped_to("CN=Domain Users,CN=Users"),
    ),
    Misconfiguration(
        name="mapped-to-renamed-group",
        turns=("LDAP-05",),
        text="a role is mapped to a pre-defined group that has another name in this directory",
        edit=_mapped_to("CN=Zertifikatherausgeber,CN=Users"),
    ),
    Misconfiguration(
        name="mapped-to-nothing",
        turns=("LDAP-05",),
        text="a role is mapped to a group that the directory does not have",
        edit=_mapped_to("CN=Pexip Nobody,OU=Groups"),
    ),
)

CERTIFICATES: tuple[Fault, ...] = (
    Misconfiguration(
        name="client-certificate-other-identity",
        turns=("CBA-01",),
        text="the identity is taken from the other field of client certificates",
        edit=_other_certificate_mode,
    ),
    Misconfiguration(
        name="passwords-suffice",
        turns=("CBA-01", "CBA-02", "CBA-03", "CBA-04", "LAST-03"),
        text="client certificates are not required, so that a password is enough to log in",
        edit=_passwords_suffice,
    ),
    _management(
        "api-without-certificate",
        _web("api_without_certificate"),
        "the management API lets in who has a password and no certificate",
        "CBA-02",
    ),
    _management(
        "login-page-without-certificate",
        _web("login_page_without_certificate"),
        "the login page is shown to who has no certificate",
        "CBA-02",
    ),
    _management(
        "web-refuses-certificates",
        _web("web_refuses_certificates"),
        "the Administrator interface refuses every certificate, while the API takes them",
        "CBA-03",
        "DEPLOY-05",
        "LAST-03",
        clouds=_LET_IN_FIRST,
    ),
    _management(
        "web-refuses-people",
        _web("web_refuses_people"),
        "the Administrator interface refuses the certificate of everybody in the directory",
        "CBA-03",
        "DEPLOY-05",
        clouds=_LET_IN_FIRST,
    ),
    _management(
        "unknown-certificate-accepted",
        _web("unknown_certificate_accepted"),
        "a certificate is accepted whose user the directory does not know",
        "CBA-04",
    ),
    _management(
        "expired-certificate-accepted",
        _accepting("expired"),
        "client certificates are accepted after their end",
        "CBA-04",
    ),
    _management(
        "stranger-certificate-accepted",
        _accepting("other-ca"),
        "client certificates of an authority are accepted that nobody has uploaded",
        "CBA-04",
    ),
    _management(
        "untrusted-certificate-accepted",
        _untrusted,
        "client certificates are accepted whoever issued them, also those that signed themselves",
        "CBA-04",
        "DEPLOY-05",
    ),
)

LAST_RESORT: tuple[Fault, ...] = (
    Misconfiguration(
        name="last-resort-missing",
        turns=("LAST-01", "LAST-03"),
        clouds=("LAST-02",),
        text="the local administrator's certificate was not imported",
        edit=_without_last_resort,
    ),
    Misconfiguration(
        name="last-resort-short-key",
        turns=("LAST-01", "LAST-03"),
        text="the local administrator's certificate was replaced by one with 2048 bits",
        edit=_other_last_resort(2048, 3650),
    ),
    Misconfiguration(
        name="last-resort-expiring",
        turns=("LAST-02", "LAST-03"),
        text="the local administrator's certificate was replaced by one for thirty days",
        edit=_other_last_resort(_LAST_RESORT_BITS, 30),
    ),
    _management(
        "last-resort-refused",
        _web("local_certificate_refused"),
        "the Management Node refuses the local administrator's certificate",
        "LAST-03",
    ),
)

FAULTS: tuple[Fault, ...] = (*DIRECTORY, *CERTIFICATES, *LAST_RESORT)
