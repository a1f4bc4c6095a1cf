@guide:ipv6
Feature: Nodes answer at their IPv6 addresses

  @management_node @req:IPV6-01 @observed
  Scenario: The Management Node answers
    When the web port is asked at the node's IPv6 address
    Then it answers there

  @each_conferencing_node @req:IPV6-02 @observed
  Scenario: Each Conferencing Node answers
    When the web port is asked at the node's IPv6 address
    Then it answers there
