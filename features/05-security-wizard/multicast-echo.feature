@guide:security-wizard
Feature: Nodes do not answer multicast ICMPv6 echo requests
  One packet to all nodes of a link would list them. Neighbour discovery is answered all the same.

  @each_node @req:WIZ-05 @observed
  Scenario: An echo request to every node of the link stays without answer
    When every node of the link is asked for an ICMPv6 echo
    Then the node does not answer
