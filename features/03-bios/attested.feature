@guide:bios
Feature: A password keeps the firmware settings as they are

  @req:BIOS-03 @attested
  Scenario: A supervisor password has been set
    When the attestations are read
    Then a named person states that BIOS-03 holds
