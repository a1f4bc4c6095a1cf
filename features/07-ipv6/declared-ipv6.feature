@guide:ipv6
Feature: IPv6 addresses are those of the site

  @management_node @req:IPV6-01 @declared
  Scenario: The Management Node
    When the IPv6 configuration of the node is read
    Then it has its IPv6 address and gateway

  @each_conferencing_node @req:IPV6-02 @declared
  Scenario: Each Conferencing Node
    When the IPv6 configuration of the node is read
    Then it has its IPv6 address and gateway
