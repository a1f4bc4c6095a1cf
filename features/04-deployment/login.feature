@guide:deploying-nodes
Feature: Administrators log in to the Administrator interface

  @management_node @req:DEPLOY-05 @observed
  Scenario: The configured credentials open it and a wrong password does not
    When an administrator logs in, with a wrong and with the right password
    Then only the right password opens the Administrator interface
