@guide:network-services
Feature: Every node has servers for names, time and logs
  Conferencing Nodes use those of their location.

  @declared
  Scenario Outline: <service> servers satisfy <requirement>
    When the <service> servers and their users are read
    Then enough <service> servers are used everywhere

    Examples:
      | requirement | service |
      | DNS-01      | DNS     |
      | NTP-01      | NTP     |
      | SYSLOG-01   | syslog  |

  @req:NTP-02 @declared
  Scenario: Time is authenticated
    When the NTP servers are read
    Then each NTP server has key authentication credentials
