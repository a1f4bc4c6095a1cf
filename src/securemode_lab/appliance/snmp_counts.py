"""What an SNMP agent counts of itself; a count's value is the object under which it can be read."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from securemode_lab.appliance.ber import Oid

SNMP_GROUP: Oid = (1, 3, 6, 1, 2, 1, 11)
USM_STATISTICS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)


class Count(Enum):
    """The counts of SNMPv2-MIB's snmp group and of SNMP-USER-BASED-SM-MIB that this agent keeps."""

    IN_PACKETS = (*SNMP_GROUP, 1, 0)
    OUT_PACKETS = (*SNMP_GROUP, 2, 0)
    BAD_VERSIONS = (*SNMP_GROUP, 3, 0)
    BAD_COMMUNITY_NAMES = (*SNMP_GROUP, 4, 0)
    PARSE_ERRORS = (*SNMP_GROUP, 6, 0)
    VARIABLES_READ = (*SNMP_GROUP, 13, 0)
    VARIABLES_WRITTEN = (*SNMP_GROUP, 14, 0)
    GET_REQUESTS = (*SNMP_GROUP, 15, 0)
    GET_NEXT_REQUESTS = (*SNMP_GROUP, 16, 0)
    SET_REQUESTS = (*SNMP_GROUP, 17, 0)
    RESPONSES = (*SNMP_GROUP, 28, 0)
    SILENT_DROPS = (*SNMP_GROUP, 31, 0)

    UNSUPPORTED_SECURITY_LEVELS = (*USM_STATISTICS, 1, 0)
    NOT_IN_TIME_WINDOWS = (*USM_STATISTICS, 2, 0)
    UNKNOWN_USER_NAMES = (*USM_STATISTICS, 3, 0)
    UNKNOWN_ENGINE_IDS = (*USM_STATISTICS, 4, 0)
    WRONG_DIGESTS = (*USM_STATISTICS, 5, 0)
    DECRYPTION_ERRORS = (*USM_STATISTICS, 6, 0)

    @property
    def in_snmp_group(self) -> bool:
        """Whether it can be read in MIB-II's own group."""
        return self.value[: len(SNMP_GROUP)] == SNMP_GROUP
