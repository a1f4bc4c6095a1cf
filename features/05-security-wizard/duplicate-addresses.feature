@guide:security-wizard
Feature: Nodes take their IPv6 addresses without asking
  Any machine on the link could claim a node's address and keep the node off the network.

  @each_node @req:WIZ-06 @observed
  Scenario: A node that starts solicits nobody for its own addresses
    When the link is watched while the node restarts
    Then it asks nobody whether its addresses are taken
