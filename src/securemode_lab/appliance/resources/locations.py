"""System locations, and the servers that nodes are given through them."""

from __future__ import annotations

from .fields import Form, Secret, boolean, choice, integer, text, to_many, to_one
from .resource import Resource

SYSTEM_LOCATION = Resource(
    name="system_location",
    title="Location",
    fields=(
        text("name", None, required=True, unique=True, longest=250, filterable=True),
        choice("bdpm_pin_checks_enabled", "GLOBAL", "OFF", "ON"),
        choice("bdpm_scan_quarantine_enabled", "GLOBAL", "OFF", "ON"),
        to_many("client_stun_servers", "stun_server"),
        to_many("client_turn_servers", "turn_server"),
        text("description", longest=250, filterable=True),
        to_many("dns_servers", "dns_server", embedded=True),
        to_many("event_sinks", "event_sink", embedded=True),
        to_one("h323_gatekeeper", "h323_gatekeeper", filterable=True),
        to_one("http_proxy", "http_proxy", filterable=True),
        to_one("live_captions_dial_out_1", "system_location"),
        to_one("live_captions_dial_out_2", "system_location"),
        to_one("live_captions_dial_out_3", "system_location"),
        text("local_mssip_domain", longest=255),
        integer("media_qos", 0, 0, 63, nullable=True, filterable=True),
        to_one("mssip_proxy", "mssip_proxy", filterable=True),
        integer("mtu", 1500, 512, 1500, filterable=True),
        to_many("ntp_servers", "ntp_server", embedded=True),
        to_one("overflow_location1", "system_location", filterable=True),
        to_one("overflow_location2", "system_location", filterable=True),
        to_one("policy_server", "policy_server", filterable=True),
        integer("signalling_qos", 0, 0, 63, nullable=True, filterable=True),
        to_one("sip_proxy", "sip_proxy", filterable=True),
        to_one("snmp_network_management_system", "snmp_network_management_system", filterable=True),
        to_one("stun_server", "stun_server"),
        to_many("syslog_servers", "syslog_server", embedded=True),
        to_one("teams_proxy", "teams_proxy", filterable=True),
        to_one("transcoding_location", "system_location", filterable=True),
        to_one("turn_server", "turn_server", filterable=True),
        boolean("use_relay_candidates_only"),
    ),
)

DNS_SERVER = Resource(
    name="dns_server",
    title="DNS server",
    fields=(
        text("address", None, required=True, unique=True, filterable=True, form=Form.IP),
        text("description", longest=250, filterable=True),
    ),
)

NTP_SERVER = Resource(
    name="ntp_server",
    title="NTP server",
    fields=(
        text("address", None, required=True, unique=True, longest=255, filterable=True),
        text("description", longest=250, filterable=True),
        text("key", longest=100, secret=Secret.DIGEST),
        integer("key_id", None, 1, 65535),
    ),
)

SYSLOG_SERVER = Resource(
    name="syslog_server",
    title="Syslog server",
    fields=(
        text("address", None, required=True, longest=255, filterable=True),
        boolean("audit_log"),
        text("description", longest=250, filterable=True),
        integer("port", 514, 1, 65535, filterable=True),
        boolean("support_log", default=True),
        choice("transport", "udp", "tcp", "tls", filterable=True),
        boolean("web_log"),
        choice("proto_format", "rfc3164", "pexip", "rfc5424"),
        boolean("syslog_log"),
    ),
)

SNMP_NETWORK_MANAGEMENT_SYSTEM = Resource(
    name="snmp_network_management_system",
    title="SNMP Network Management System",
    fields=(
        text("name", None, required=True, unique=True, longest=250, filterable=True),
        text("address", None, required=True, longest=255, filterable=True),
        text("description", longest=250, filterable=True),
        integer("port", 161, 1, 65535, filterable=True),
        text("snmp_trap_community", "public", longest=16, filterable=True),
    ),
)

STATIC_ROUTE = Resource(
    name="static_route",
    title="Static route",
    fields=(
        text("name", None, required=True, longest=32, filterable=True),
        text("address", None, required=True, filterable=True, form=Form.IP),
        text("gateway", None, required=True, filterable=True, form=Form.IP),
        integer("prefix", None, 0, 128, required=True, filterable=True),
    ),
)
