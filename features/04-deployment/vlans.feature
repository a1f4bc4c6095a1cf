@guide:deployment
Feature: Nodes use VLANs that a secured host permits
  A VLAN must neither be reserved nor pass the tags of others to the virtual machine.

  @management_node @req:DEPLOY-01 @declared
  Scenario: The Management Node uses an allowed VLAN
    When the hosts and virtual machines are read
    Then of its virtual machine holds: every network adapter uses an allowed VLAN

  @each_conferencing_node @req:DEPLOY-02 @declared
  Scenario: Every Conferencing Node uses an allowed VLAN
    When the hosts and virtual machines are read
    Then of its virtual machine holds: every network adapter uses an allowed VLAN
