@guide:locations
Feature: Media that the nodes of a location send are marked

  @each_location @req:LOC-01 @observed
  Scenario: The media of a call carry the mark
    When each of its nodes sends media in a call that is answered
    Then their media carry the mark of the site
