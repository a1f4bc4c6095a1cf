@guide:security-wizard
Feature: Calls that the nodes place
  What a node offers when it calls over SIP and TLS, and which peers it would talk to.

  @each_conferencing_node @req:WIZ-19 @observed
  Scenario: A call offers neither TLS below 1.2 nor AES128-SHA
    When the node calls a SIP peer
    Then its ClientHello offers neither TLS below 1.2 nor AES128-SHA

  @each_conferencing_node @req:WIZ-13 @observed
  Scenario: A call offers no anonymous suite
    When the node calls a SIP peer
    Then its ClientHello offers no anonymous suite

  @each_conferencing_node @req:WIZ-01 @observed
  Scenario: A call offers FIPS-approved algorithms only
    When the node calls a SIP peer, where calls are allowed
    Then its ClientHello offers only FIPS-approved suites and groups

  @each_conferencing_node @req:WIZ-15 @observed
  Scenario: A call carries the site's CCA-ID
    When the node calls a SIP peer that knows the CCA-ID of the site
    Then its Contact header carries it

  @each_conferencing_node @req:WIZ-16 @observed
  Scenario: A call carries the site's Resource-Priority prefix
    When the node calls a SIP peer
    Then its Resource-Priority header has the prefix of the site

  @each_conferencing_node @req:WIZ-17 @observed
  Scenario: A call offers full intra requests
    When the node calls a SIP peer
    Then it offers full intra requests

  @each_conferencing_node @req:WIZ-23 @observed
  Scenario: A call offers the SRTP suites that most endpoints know
    When the node calls a SIP peer
    Then it offers SRTP suites of the AES_CM_128_HMAC_SHA1 family

  @each_conferencing_node @req:WIZ-20 @observed
  Scenario: A peer that is certified by its address alone is refused
    When the node calls a SIP peer that is certified by its address alone
    Then it refuses this peer, and talks to one whose certificate is proper
