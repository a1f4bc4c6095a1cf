@guide:security-wizard
Feature: Nodes do not follow ICMPv6 redirects
  Any machine on the link could have a node's traffic sent through itself.

  @each_node @req:WIZ-03 @observed
  Scenario: A redirect leaves the node's path as it was
    When the node is told by an ICMPv6 redirect of another way to this machine
    Then its answers take the same way as before
