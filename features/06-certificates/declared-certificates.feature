@guide:certificates
Feature: Certificates as they are configured
  Every node has a certificate of the site's authority assigned.

  @each_node @req:CERT-05 @declared
  Scenario: A certificate is assigned
    When the certificate assigned to the node is read
    Then a certificate is assigned

  @each_node @req:CERT-01 @declared
  Scenario: A trusted authority signed it
    When the certificate assigned to the node is held against the trusted authorities
    Then a trusted authority signed it

  @each_node @req:CERT-02 @declared
  Scenario: It names the node
    When the certificate assigned to the node is read
    Then it names the node

  @each_node @req:CERT-03 @declared
  Scenario: It is valid
    When the certificate assigned to the node is read
    Then it is valid and far enough from its end

  @each_node @req:CERT-06 @declared
  Scenario: Its parameters are strong
    When the certificate assigned to the node is read
    Then its parameters are strong
