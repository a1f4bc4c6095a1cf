@guide:global-settings
Feature: SSH is off on every node
  SSH would be a way around everything that secure mode closes.

  @each_node @req:GLOBAL-07 @observed
  Scenario: The SSH port answers nobody
    When the SSH port is looked at on every address
    Then no SSH service answers
