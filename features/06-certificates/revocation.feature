@guide:certificates
Feature: The revocation state of every certificate can be had
  The responder of the site is asked for the certificate that each node serves.

  @each_node @req:CERT-07 @observed
  Scenario: No served certificate is revoked
    When the OCSP responder is asked for the certificate of the node
    Then it says that the certificate is good

  @management_node @req:GLOBAL-11 @observed
  Scenario: The responder answers
    When the OCSP responder is asked for the certificate of the node
    Then the responder gives a usable answer
