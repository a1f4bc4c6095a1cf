@guide:locations
Feature: Marks of the calls that the nodes place
  Signalling is marked whoever begins the conversation.

  @each_location @req:LOC-02 @observed
  Scenario: Calls carry the mark of signalling
    When each of its nodes calls a SIP peer, where calls are allowed
    Then their calls carry the mark of the site
