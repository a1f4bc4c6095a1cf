@guide:last-resort
Feature: The last-resort bundle is kept where nobody takes it unseen
  Whoever has it is an administrator, whatever the directory says.

  @req:LAST-04 @attested
  Scenario: Bundle and password lie in a safe
    When the attestations are read
    Then a named person states that LAST-04 holds
