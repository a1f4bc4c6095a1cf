@guide:certificates
Feature: Certificates as every TLS port serves them
  The delivered self-signed certificates are replaced by ones that clients can trust: signed by the
  site's authority, naming the node, valid, with keys that FIPS mode allows.

  @each_node @req:CERT-01 @observed
  Scenario: HTTPS serves a complete chain to a trusted authority
    When the certificates that HTTPS serves are held against the trusted authorities
    Then each chain is complete and leads to a trusted authority

  @each_conferencing_node @req:CERT-01 @observed
  Scenario: SIP over TLS serves a complete chain to a trusted authority
    When the certificates that SIP over TLS serves are held against the trusted authorities
    Then each chain is complete and leads to a trusted authority

  @each_node @req:CERT-02 @observed
  Scenario: The certificate of HTTPS names the node
    When the certificates that HTTPS serves are looked at
    Then each certificate names the node

  @each_conferencing_node @req:CERT-02 @observed
  Scenario: The certificate of SIP over TLS names the node
    When the certificates that SIP over TLS serves are looked at
    Then each certificate names the node

  @each_node @req:CERT-03 @observed
  Scenario: The certificate of HTTPS is valid
    When the certificates that HTTPS serves are looked at
    Then each certificate is valid and far enough from its end

  @each_conferencing_node @req:CERT-03 @observed
  Scenario: The certificate of SIP over TLS is valid
    When the certificates that SIP over TLS serves are looked at
    Then each certificate is valid and far enough from its end

  @each_node @req:CERT-04 @observed
  Scenario: The key of HTTPS is one that FIPS mode allows
    When the certificates that HTTPS serves are looked at
    Then each key is one that FIPS mode allows

  @each_conferencing_node @req:CERT-04 @observed
  Scenario: The key of SIP over TLS is one that FIPS mode allows
    When the certificates that SIP over TLS serves are looked at
    Then each key is one that FIPS mode allows

  @each_node @req:CERT-06 @observed
  Scenario: HTTPS uses strong parameters
    When the certificates that HTTPS serves are looked at
    Then the parameters of ephemeral keys are strong

  @each_conferencing_node @req:CERT-06 @observed
  Scenario: SIP over TLS uses strong parameters
    When the certificates that SIP over TLS serves are looked at
    Then the parameters of ephemeral keys are strong
