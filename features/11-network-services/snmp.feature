@guide:network-services
Feature: SNMP answers the management station and nobody less
  Every node runs SNMPv3 read-only with SHA-1 authentication and AES-128 privacy.

  @each_node @req:SNMP-02 @observed
  Scenario: The management station's credentials are answered
    When SNMP is asked with the station's credentials and with everything less
    Then the request with the station's credentials is answered

  @each_node @req:SNMP-04 @observed
  Scenario: Nothing less is answered
    When SNMP is asked with the station's credentials and with everything less
    Then no request with anything less is answered

  @each_node @req:SNMP-05 @observed
  Scenario: A write is refused
    When SNMP is asked to set a value to what it already is
    Then the write is refused
