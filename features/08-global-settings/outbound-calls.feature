@guide:global-settings
Feature: Security of the calls that the nodes place
  Media are encrypted, and peers have to have a certificate that is in order.

  @each_conferencing_node @req:GLOBAL-08 @observed
  Scenario: A call offers encrypted media only
    When the node calls a SIP peer
    Then it offers encrypted media only

  @each_conferencing_node @req:GLOBAL-12 @observed
  Scenario Outline: A peer whose certificate is <fault> is refused
    When the node calls a SIP peer whose certificate is <fault>
    Then it refuses this peer, and talks to one whose certificate is proper

    Examples:
      | fault                   |
      | of an unknown authority |
      | expired                 |
      | for another name        |
