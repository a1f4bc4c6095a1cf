@guide:last-resort
Feature: The way in when the directory is gone
  A key that does not fit would be found out when it is too late.

  @management_node @req:LAST-03 @observed
  Scenario: The certificate from the safe opens the Administrator interface
    When the Administrator interface and the API are asked with the last-resort certificate
    Then the Administrator interface lets it in
