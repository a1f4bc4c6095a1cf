@guide:network-services
Feature: Servers for names, time and logs do what they are there for

  @req:DNS-02 @observed
  Scenario: Every DNS server knows every node
    When every DNS server is asked for every node
    Then each DNS server gives the address of every node

  @req:NTP-03 @observed
  Scenario: Every NTP server authenticates
    When every NTP server is asked with its key and with a wrong one
    Then each NTP server answers its key and refuses the wrong one

  @each_node @req:NTP-04 @observed
  Scenario: Every node keeps time
    When the clock of the node and the NTP servers are read
    Then the node keeps the time of the NTP servers

  @management_node @req:SYSLOG-02 @observed
  Scenario: A login attempt arrives at the collector
    When a login is attempted under a name of its own
    Then the attempt shows up at the syslog collector
