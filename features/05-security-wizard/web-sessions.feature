@guide:security-wizard
Feature: Management web sessions are limited
  One login more than the limit is made; then it is counted how many sessions still open a protected
  page. Whether the product refuses the new session or ends the oldest does not matter.

  @management_node @req:WIZ-10 @observed
  Scenario: All users together
    When one administrator session more than the total limit is opened
    Then no more sessions stay alive than the limit allows

  @management_node @req:WIZ-11 @observed
  Scenario: One user
    When one administrator session more than the limit of one user is opened
    Then no more sessions stay alive than the limit allows
