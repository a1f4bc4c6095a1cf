@guide:deployment
Feature: Nothing is reported to the vendor
  The installation wizard asks about two kinds of report; the guide wants neither.

  @declared
  Scenario Outline: "<setting>" satisfies <requirement>
    When the global settings are read
    Then "<setting>" is <value>

    Examples:
      | requirement | setting                                      | value |
      | DEPLOY-03   | Enable incident reporting                    | off   |
      | DEPLOY-04   | Send deployment and usage statistics to Pexip | off  |
