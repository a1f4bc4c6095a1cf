"""The one table from which the API is served: every resource with every field."""

from __future__ import annotations

from .administrators import (
    AUTHENTICATION,
    LDAP_ROLE,
    OAUTH2_CLIENT,
    PERMISSION,
    ROLE,
    ROLE_MAPPING,
    SSH_AUTHORIZED_KEY,
)
from .certificates import CA_CERTIFICATE, CERTIFICATE_SIGNING_REQUEST, TLS_CERTIFICATE
from .conferences import CONFERENCE
from .global_settings import GLOBAL
from .locations import (
    DNS_SERVER,
    NTP_SERVER,
    SNMP_NETWORK_MANAGEMENT_SYSTEM,
    STATIC_ROUTE,
    SYSLOG_SERVER,
    SYSTEM_LOCATION,
)
from .maintenance import AUTOBACKUP, DIAGNOSTIC_GRAPHS, LICENCE, LOG_LEVEL, SYSTEM_BACKUP
from .nodes import MANAGEMENT_VM, WORKER_VM
from .resource import Area, Resource
from .status import (
    ALARM,
    BACKUP_REQUEST,
    LICENSING,
    MANAGEMENT_VM_STATUS,
    SNAPSHOT_REQUEST,
    WORKER_VM_STATUS,
)
from .status_calls import CONFERENCE_STATUS, PARTICIPANT_STATUS

CONFIGURATION: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        AUTHENTICATION,
        AUTOBACKUP,
        CA_CERTIFICATE,
        CERTIFICATE_SIGNING_REQUEST,
        CONFERENCE,
        DIAGNOSTIC_GRAPHS,
        DNS_SERVER,
        GLOBAL,
        LDAP_ROLE,
        LICENCE,
        LOG_LEVEL,
        MANAGEMENT_VM,
        NTP_SERVER,
        OAUTH2_CLIENT,
        PERMISSION,
        ROLE,
        ROLE_MAPPING,
        SNMP_NETWORK_MANAGEMENT_SYSTEM,
        SSH_AUTHORIZED_KEY,
        STATIC_ROUTE,
        SYSLOG_SERVER,
        SYSTEM_BACKUP,
        SYSTEM_LOCATION,
        TLS_CERTIFICATE,
        WORKER_VM,
    )
}

STATUS: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        ALARM,
        BACKUP_REQUEST,
        CONFERENCE_STATUS,
        LICENSING,
        MANAGEMENT_VM_STATUS,
        PARTICIPANT_STATUS,
        SNAPSHOT_REQUEST,
        WORKER_VM_STATUS,
    )
}

AREAS: dict[str, dict[str, Resource]] = {Area.CONFIGURATION: CONFIGURATION, Area.STATUS: STATUS}
