@guide:security-wizard
Feature: H.323 calls that the nodes place
  Endpoints that cannot compute a large Diffie-Hellman group in time would drop the call.

  @each_conferencing_node @req:WIZ-25 @observed
  Scenario: A call offers no 2048-bit Diffie-Hellman group
    When the node calls an H.323 peer
    Then its SETUP offers no Diffie-Hellman group of 2048 bits or more
