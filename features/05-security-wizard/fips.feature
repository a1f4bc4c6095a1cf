@guide:security-wizard
Feature: FIPS mode on the wire
  In FIPS mode no port offers anything outside approved versions, suites and groups, and keys come and go
  without PKCS#12.

  @each_node @req:WIZ-01 @observed
  Scenario: HTTPS accepts FIPS-approved algorithms only
    When every TLS version and suite is offered to HTTPS
    Then only FIPS-approved versions, suites and groups are accepted

  @each_conferencing_node @req:WIZ-01 @observed
  Scenario: SIP over TLS accepts FIPS-approved algorithms only
    When every TLS version and suite is offered to SIP over TLS
    Then only FIPS-approved versions, suites and groups are accepted

  @management_node @req:WIZ-01 @observed
  Scenario: PKCS#12 bundles neither come in nor go out
    When a throw-away certificate is uploaded and exported as PKCS#12, where that is allowed
    Then the bundle is refused, and a PEM file is not
    And the exported file is empty
