@guide:global-settings
Feature: Nothing is served over plain HTTP

  @each_node @req:GLOBAL-13 @observed
  Scenario: Plain HTTP leads to HTTPS or nowhere
    When the node is asked over plain HTTP
    Then it only redirects to HTTPS, or says nothing
