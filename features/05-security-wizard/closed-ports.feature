@guide:security-wizard
Feature: Closed ports stay silent
  The security wizard drops packets to closed ports rather than reject them: a stranger who asks a
  closed port learns nothing, while an open port of the same node answers.

  @each_node @req:WIZ-04 @observed
  Scenario Outline: Closed <transport> ports are silent over <family>
    When closed <transport> ports are asked over <family>
    Then no closed port answers

    Examples:
      | transport | family |
      | TCP       | IPv4   |
      | TCP       | IPv6   |
      | UDP       | IPv4   |
      | UDP       | IPv6   |
