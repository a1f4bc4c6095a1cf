@guide:locations
Feature: Every location marks its traffic and leaves room for encryption headers

  @each_location @declared
  Scenario Outline: "<setting>" satisfies <requirement>
    When the settings of the location are read
    Then its "<setting>" is <value>

    Examples:
      | requirement | setting                  | value              |
      | LOC-01      | DSCP value for media     | as the site states |
      | LOC-02      | DSCP value for signaling | as the site states |
      | LOC-03      | MTU                      | as the site states |
