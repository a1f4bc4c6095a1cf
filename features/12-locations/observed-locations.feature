@guide:locations
Feature: What the nodes of a location send is marked and leaves room for encryption headers

  @each_location @req:LOC-02 @observed
  Scenario: SIP answers carry the mark
    When the marks of the SIP answers of its nodes are read
    Then their signalling carries the mark of the site

  @each_location @req:LOC-03 @observed
  Scenario: The announced segment size leaves room
    When the segment sizes that its nodes announce are read
    Then they are those of the site's MTU
