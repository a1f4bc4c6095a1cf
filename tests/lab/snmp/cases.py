"""What is asked of both agents: for each case a tool of net-snmp and its arguments."""

from __future__ import annotations

from lab.snmp.peers import COMMUNITY, CONTACT, SECURED

SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
LOCATION = "1.3.6.1.2.1.1.6.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
MISSING_OBJECT = "1.3.6.1.2.1.1.99.0"
MISSING_INSTANCE = "1.3.6.1.2.1.1.5.1"


def v3(
    *,
    user: str = SECURED.username,
    auth: tuple[str, str] = ("SHA", SECURED.authentication_password),
    privacy: tuple[str, str] = ("AES", SECURED.privacy_password),
    level: str = "authPriv",
) -> tuple[str, ...]:
    signed = ("-a", auth[0], "-A", auth[1])
    hidden = ("-x", privacy[0], "-X", privacy[1])
    keys = {"authPriv": (*signed, *hidden), "authNoPriv": signed, "noAuthNoPriv": ()}
    return ("-v3", "-u", user, "-l", level, *keys[level])


RIGHT = v3()
WRITE = (CONTACT, "s", "someone else")
V1, V2C = ("-v1", "-c", COMMUNITY), ("-v2c", "-c", COMMUNITY)

V3_CASES: dict[str, tuple[str, ...]] = {
    "right": ("snmpget", *RIGHT, CONTACT, SYS_NAME, LOCATION, OBJECT_ID),
    "no such object": ("snmpget", *RIGHT, CONTACT, MISSING_OBJECT),
    "no such instance": ("snmpget", *RIGHT, MISSING_INSTANCE),
    "next": ("snmpgetnext", *RIGHT, SYS_UPTIME, "1.3.6.1.2.1.1.5"),
    "bulk": ("snmpbulkget", *RIGHT, "-Cn1", "-Cr3", CONTACT, SYS_UPTIME),
    "walk": ("snmpwalk", *RIGHT, "1.3.6.1.2.1.1.4"),
    "walk of a missing object": ("snmpwalk", *RIGHT, "1.3.6.1.2.1.1.99"),
    "another context engine": ("snmpget", *RIGHT, "-E", "8000000001020304", CONTACT),
    "a context": ("snmpget", *RIGHT, "-n", "context", CONTACT),
    "wrong authentication password": ("snmpget", *v3(auth=("SHA", "another-password")), CONTACT),
    "wrong privacy password": ("snmpget", *v3(privacy=("AES", "another-password")), CONTACT),
    "unknown user": ("snmpget", *v3(user="nobody"), CONTACT),
    "unknown user without keys": ("snmpget", *v3(user="nobody", level="noAuthNoPriv"), CONTACT),
    "MD5": ("snmpget", *v3(auth=("MD5", SECURED.authentication_password)), CONTACT),
    "SHA-256": ("snmpget", *v3(auth=("SHA-256", SECURED.authentication_password)), CONTACT),
    "DES": ("snmpget", *v3(privacy=("DES", SECURED.privacy_password)), CONTACT),
    "AES-256": ("snmpget", *v3(privacy=("AES-256", SECURED.privacy_password)), CONTACT),
    "authNoPriv": ("snmpget", *v3(level="authNoPriv"), CONTACT),
    "noAuthNoPriv": ("snmpget", *v3(level="noAuthNoPriv"), CONTACT),
    "next at noAuthNoPriv": ("snmpgetnext", *v3(level="noAuthNoPriv"), CONTACT),
    "set": ("snmpset", *RIGHT, *WRITE),
    "set of several": ("snmpset", *RIGHT, SYS_UPTIME, "t", "5", *WRITE),
    "set of a wrong type": ("snmpset", *RIGHT, CONTACT, "i", "5"),
    "set at authNoPriv": ("snmpset", *v3(level="authNoPriv"), *WRITE),
    "set at noAuthNoPriv": ("snmpset", *v3(level="noAuthNoPriv"), *WRITE),
    "v1": ("snmpget", *V1, CONTACT),
    "v2c": ("snmpget", *V2C, CONTACT),
    "v2c public": ("snmpget", "-v2c", "-c", "public", CONTACT),
    "v2c set": ("snmpset", *V2C, *WRITE),
}

COMMUNITY_CASES: dict[str, tuple[str, ...]] = {
    f"{name} {case}": (tool, version, *arguments)
    for name, version in (("v1", "-v1"), ("v2c", "-v2c"))
    for case, (tool, *arguments) in {
        "right": ("snmpget", "-c", COMMUNITY, CONTACT, SYS_NAME, LOCATION, OBJECT_ID),
        "no such object": ("snmpget", "-c", COMMUNITY, CONTACT, MISSING_OBJECT),
        "next": ("snmpgetnext", "-c", COMMUNITY, SYS_UPTIME),
        "walk": ("snmpwalk", "-c", COMMUNITY, "1.3.6.1.2.1.1.4"),
        "walk of a missing object": ("snmpwalk", "-c", COMMUNITY, "1.3.6.1.2.1.1.99"),
        "set": ("snmpset", "-c", COMMUNITY, *WRITE),
        "set of several": ("snmpset", "-c", COMMUNITY, *WRITE, SYS_UPTIME, "t", "5"),
        "wrong community": ("snmpget", "-c", "another-community", CONTACT),
    }.items()
} | {
    "v2c bulk": ("snmpbulkget", *V2C, "-Cn1", "-Cr3", CONTACT, SYS_UPTIME),
    "v3 right": ("snmpget", *RIGHT, CONTACT),
    "v3 noAuthNoPriv": ("snmpget", *v3(level="noAuthNoPriv"), CONTACT),
}

WRITABLE_CASES: dict[str, tuple[str, ...]] = {
    "write": ("snmpset", *RIGHT, *WRITE),
    "wrong type": ("snmpset", *RIGHT, CONTACT, "i", "5"),
    "not writable": ("snmpset", *RIGHT, *WRITE, SYS_UPTIME, "t", "5"),
    "missing object": ("snmpset", *RIGHT, MISSING_OBJECT, "s", "anything"),
    "v1 write": ("snmpset", *V1, *WRITE),
    "v1 wrong type": ("snmpset", *V1, CONTACT, "i", "5"),
    "v1 not writable": ("snmpset", *V1, SYS_UPTIME, "t", "5"),
    "v2c write": ("snmpset", *V2C, *WRITE),
    "noAuthNoPriv": ("snmpget", *v3(level="noAuthNoPriv"), SYS_NAME),
    "authNoPriv": ("snmpget", *v3(level="authNoPriv"), SYS_NAME),
}
