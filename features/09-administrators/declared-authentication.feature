@guide:administrators
Feature: Administrators are authenticated centrally

  @declared
  Scenario Outline: "<setting>" satisfies <requirement>
    When the administrator authentication settings are read
    Then "<setting>" is <value>

    Examples:
      | requirement | setting                    | value                            |
      | LDAP-01     | Authentication source      | LDAP database and local database |
      | LDAP-02     | LDAP server address        | as the site states               |
      | LDAP-02     | LDAP base DN               | as the site states               |
      | LDAP-02     | LDAP bind username         | as the site states               |
      | LDAP-03     | Permit LDAP without TLS    | off                              |
      | CBA-01      | Require client certificate | as the site states               |

  @req:LDAP-04 @declared
  Scenario: Every role can be had through the directory
    When the administrator roles and their LDAP mappings are read
    Then every role is mapped to at least one LDAP group

  @req:LDAP-05 @declared
  Scenario: Only groups made for the purpose give roles
    When the LDAP role mappings are read
    Then no mapped group is one that the directory pre-defines
