@guide:contingency
Feature: A secondary deployment is kept for the loss of the primary one
  It mimics the primary, has no licence, and stays off until it is needed.

  @req:CONT-01 @declared
  Scenario: The secondary deployment mirrors the primary one
    When both deployments are read
    Then every node has a counterpart like it

  @req:CONT-02 @attested
  Scenario: A person has returned the licence of the secondary deployment
    When the attestations are read
    Then a named person states that CONT-02 holds

  @req:CONT-03 @declared
  Scenario: Every virtual machine of the secondary deployment is off
    When both deployments are read
    Then the secondary deployment is off
