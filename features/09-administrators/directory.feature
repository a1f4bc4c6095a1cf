@guide:administrators
Feature: The directory of the administrators answers
  What is configured is tried with the same details, from here.

  @req:LDAP-02 @observed
  Scenario: The bind
    When the directory is bound to with the details of the site
    Then the directory accepts the bind over TLS

  @req:LDAP-05 @observed
  Scenario: The groups
    When every mapped LDAP group is looked up in the directory
    Then each of them exists, and none is pre-defined
