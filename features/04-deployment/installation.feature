@guide:deploying-nodes
Feature: The Management Node is installed
  Only the installation wizard gives the node its address, its password and its web interface.

  @management_node @req:DEPLOY-08 @observed
  Scenario: The Administrator interface answers
    When the start page of the Administrator interface is asked for
    Then it shows its login page or asks for a client certificate
