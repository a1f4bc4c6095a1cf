@guide:network-services
Feature: SNMP of every node is configured as SNMPv3 read-only

  @each_node @req:SNMP-01 @declared
  Scenario: The mode is secure
    When the configuration of the node is read
    Then its SNMP mode is SNMPv3 read-only

  @each_node @req:SNMP-02 @declared
  Scenario: The credentials are those of the management station
    When the configuration of the node is read
    Then it has the SNMPv3 credentials of the management station

  @each_node @req:SNMP-03 @declared
  Scenario: The community is changed
    When the configuration of the node is read
    Then its SNMP community is something other than "public"
