@guide:security-wizard
Feature: The system administrator account is disabled
  The security wizard takes the operating system's account "admin" out of service.

  @each_node @req:WIZ-02 @observed
  Scenario: Nobody gets in by SSH
    When the SSH port is looked at on every address
    Then no login by SSH is possible

  @req:WIZ-02 @attested
  Scenario: Nobody gets in at the console
    When the attestations are read
    Then a named person states that WIZ-02 holds
