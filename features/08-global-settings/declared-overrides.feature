@guide:global-settings
Feature: Nothing overrides the global settings
  A node or a service of its own mind would undo what the global settings say.

  @each_node @req:GLOBAL-07 @declared
  Scenario: No node switches SSH on for itself
    When the configuration of the node is read
    Then the node does not switch SSH on for itself

  @req:GLOBAL-08 @declared
  Scenario: No service lowers the media encryption
    When the media encryption of every service is read
    Then no service overrides the global media encryption
