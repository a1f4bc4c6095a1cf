@guide:global-settings
Feature: Idle management sessions end

  @management_node @req:GLOBAL-16 @observed @slow
  Scenario: An idle session is logged out
    When an administrator session is left idle for the session timeout
    Then the session has ended
