@guide:global-settings
Feature: Management traffic is marked

  @each_node @req:GLOBAL-06 @observed
  Scenario: Answers to management carry the mark
    When the marks of what the node answers to management are read
    Then its management traffic carries the mark of the site
