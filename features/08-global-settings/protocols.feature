@guide:global-settings
Feature: Only the protocols that the site needs can be reached
  Ports of a protocol that is not needed are closed and silent; one that is needed answers.

  @each_conferencing_node @observed
  Scenario Outline: <protocol> satisfies <requirement>
    When the ports of <protocol> are asked
    Then <protocol> answers where the site needs it, and is silent where not

    Examples:
      | requirement | protocol     |
      | GLOBAL-01   | SIP          |
      | GLOBAL-01   | SIP over UDP |
      | GLOBAL-02   | H.323        |
      | GLOBAL-04   | RTMP         |
