@guide:host
Feature: Hosts and virtual machines are hardened to their STIG
  Every control is a row of its own in the report.

  @each_host @req:HOST-01 @declared
  Scenario: No control of the ESXi STIG is open
    When the settings of the host are read
    Then no control of the ESXi STIG is open

  @each_node @req:HOST-01 @declared
  Scenario: No control of the virtual machine STIG is open
    When the settings of the virtual machines are read
    Then no control of the virtual machine STIG is open

  @each_host @req:HOST-01 @attested
  Scenario: What no interface shows of the ESXi STIG is attested
    When the settings of the host and the attestations are read
    Then a named person states what no interface shows of the ESXi STIG
