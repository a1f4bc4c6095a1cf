"""Administrators: how they authenticate, and what their roles permit."""

from __future__ import annotations

from .fields import Secret, boolean, choice, integer, listing, text, to_many, to_one
from .oauth2_clients import make_client
from .resource import Resource, View

AUTHENTICATION = Resource(
    name="authentication",
    title="Administrator authentication",
    singleton=True,
    list_methods="GET",
    detail_methods="GET PATCH",
    fields=(
        boolean("api_oauth2_allow_all_perms"),
        boolean("api_oauth2_disable_basic"),
        integer("api_oauth2_expiration", 3600),
        choice("client_certificate", "NO", "CN", "UPN"),
        text("ldap_base_dn", longest=255),
        text("ldap_bind_password", longest=100, secret=Secret.TOKEN),
        text("ldap_bind_username", longest=255),
        text(
            "ldap_group_filter",
            "(|(objectclass=group)(objectclass=groupOfNames)(objectclass=groupOfUniqueNames)(objectclass=posixGroup))",
            longest=1024,
        ),
        text(
            "ldap_group_membership_filter",
            "(|(member={userdn})(uniquemember={userdn})(memberuid={useruid}))",
            longest=1024,
            contains=("{userdn}", "{useruid}"),
        ),
        text("ldap_group_search_dn", longest=255),
        boolean("ldap_permit_no_tls"),
        text("ldap_server", longest=255, help="A domain or a fully qualified name."),
        boolean("ldap_use_global_catalog"),
        text("ldap_user_filter", "(&(objectclass=person)(!(objectclass=computer)))", longest=1024),
        text("ldap_user_group_attributes", "memberOf", longest=100),
        text("ldap_user_search_dn", longest=255),
        text(
            "ldap_user_search_filter",
            "(|(uid={username})(sAMAccountName={username}))",
            longest=1024,
            contains=("{username}",),
        ),
        choice("oidc_auth_method", "client_secret", "pkce", "private_key"),
        text("oidc_authorize_url"),
        text("oidc_client_id"),
        text("oidc_client_secret", secret=Secret.TOKEN),
        text("oidc_domain_hint", longest=255),
        text("oidc_groups_field", "groups"),
        text("oidc_login_button", longest=128),
        text("oidc_metadata"),
        text("oidc_metadata_url"),
        text("oidc_private_key", secret=Secret.TOKEN),
        text("oidc_required_key"),
        text("oidc_required_value"),
        text("oidc_scope", "openid email profile"),
        text("oidc_token_endpoint_url"),
        text("oidc_username_field", "preferred_username"),
        choice("source", "LOCAL", "LDAP", "LDAP+LOCAL", "OIDC", "OIDC+LOCAL", "LDAP+OIDC+LOCAL"),
    ),
)

ROLE = Resource(
    name="role",
    title="Administrator role",
    fields=(
        text("name", None, required=True, unique=True, filterable=True),
        to_many("permissions", "permission", embedded=True, filterable=True),
    ),
)

PERMISSION = Resource(
    name="permission",
    title="Permission",
    list_methods="GET",
    detail_methods="GET",
    fields=(
        text("name", None, filterable=True, readonly=True),
        text("codename", None, filterable=True, readonly=True),
    ),
)

ROLE_MAPPING = Resource(
    name="role_mapping",
    title="Role mapping",
    fields=(
        text("name", None, required=True, unique=True, longest=250, filterable=True),
        to_many("roles", "role", filterable=True),
        choice("source", "LDAP", "OIDC", filterable=True),
        text("value", None, required=True, longest=255, filterable=True),
    ),
)

LDAP_ROLE = Resource(
    name="ldap_role",
    title="Role mapping",
    shows_key=False,
    view=View(of="role_mapping", only=("source", "LDAP"), renamed=(("ldap_group_dn", "value"),)),
    fields=(
        text("name", None, required=True, unique=True, longest=250, filterable=True),
        text("ldap_group_dn", None, required=True, longest=255),
        to_many("roles", "role", filterable=True),
    ),
)

OAUTH2_CLIENT = Resource(
    name="oauth2_client",
    title="OAuth2 client",
    shows_key=False,
    complete=make_client,
    fields=(
        text("client_id", None, filterable=True, readonly=True),
        text("client_name", None, required=True, unique=True, filterable=True),
        text("private_key_jwt", None, secret=Secret.OMITTED, readonly=True),
        to_one("role", "role", required=True, filterable=True),
    ),
)

SSH_AUTHORIZED_KEY = Resource(
    name="ssh_authorized_key",
    title="SSH authorized key",
    fields=(
        text("comment", longest=8192, filterable=True),
        text("key", None, required=True, filterable=True),
        text("keytype", None, required=True, filterable=True),
        listing("nodes", readonly=True),
    ),
)
