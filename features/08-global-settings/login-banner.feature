@guide:global-settings
Feature: The login page warns whoever is about to log in
  Where a client certificate is required there is no login page, and nothing to show a banner on.

  @management_node @req:GLOBAL-14 @observed
  Scenario: The banner is on the login page
    When the login page is looked at before anybody logs in
    Then it shows the login banner
