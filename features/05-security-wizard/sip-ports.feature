@guide:security-wizard
Feature: SIP listens on the ports of the site
  The security wizard sets the listen ports; a SIP OPTIONS request shows what listens there.

  @each_conferencing_node @observed
  Scenario Outline: SIP over <transport> is answered on its port
    When a SIP OPTIONS request is sent over <transport>
    Then a SIP answer satisfies <requirement>

    Examples:
      | transport | requirement |
      | UDP       | WIZ-07      |
      | TCP       | WIZ-08      |
      | TLS       | WIZ-09      |
