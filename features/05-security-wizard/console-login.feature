@guide:security-wizard
Feature: The console is closed to the system administrator
  The account is out of service wherever somebody could log in, not by SSH alone.

  @each_node @req:WIZ-02 @observed
  Scenario: The system administrator is refused at the console
    When the system administrator logs in at the console
    Then the console refuses the login
