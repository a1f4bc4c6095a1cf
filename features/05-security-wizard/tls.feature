@guide:security-wizard
Feature: TLS floor and suites of every port
  The security wizard closes TLS below 1.2 and AES128-SHA, and leaves the CBC suites of TLS 1.2 to
  clients that need them. Two witnesses look at every port; where they differ, nothing is concluded.

  @each_node @req:WIZ-12 @req:WIZ-14 @observed
  Scenario: HTTPS accepts TLS 1.2 and later only
    When every TLS version and suite is offered to HTTPS
    Then only TLS 1.2 and later are accepted

  @each_conferencing_node @req:WIZ-12 @observed
  Scenario: SIP over TLS accepts TLS 1.2 and later only
    When every TLS version and suite is offered to SIP over TLS
    Then only TLS 1.2 and later are accepted

  @each_node @req:WIZ-18 @observed
  Scenario: HTTPS refuses AES128-SHA
    When every TLS version and suite is offered to HTTPS
    Then AES128-SHA is refused

  @each_conferencing_node @req:WIZ-18 @observed
  Scenario: SIP over TLS refuses AES128-SHA
    When every TLS version and suite is offered to SIP over TLS
    Then AES128-SHA is refused

  @each_node @req:WIZ-24 @observed
  Scenario: HTTPS accepts CBC suites over TLS 1.2
    When every TLS version and suite is offered to HTTPS
    Then a CBC suite is accepted over TLS 1.2

  @each_conferencing_node @req:WIZ-24 @observed
  Scenario: SIP over TLS accepts CBC suites over TLS 1.2
    When every TLS version and suite is offered to SIP over TLS
    Then a CBC suite is accepted over TLS 1.2
