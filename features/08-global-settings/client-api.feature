@guide:global-settings
Feature: The client API serves nothing

  @each_conferencing_node @req:GLOBAL-05 @observed
  Scenario: Neither conferences nor registrations can be reached
    When the client API is asked for
    Then it serves nothing
