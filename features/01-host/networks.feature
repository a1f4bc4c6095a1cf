@guide:host
Feature: The host is managed over wires of its own
  Management of the host and traffic of virtual machines are on separate physical networks.

  @each_host @declared
  Scenario Outline: The host <statement>
    When the hosts and virtual machines are read
    Then of the host holds: <statement>

    Examples:
      | requirement | statement                                                  |
      | HOST-02     | has two or more physical network interfaces with link      |
      | HOST-03     | is managed over interfaces that no virtual machine uses    |
      | HOST-04     | has its virtual machines on interfaces apart from its own  |
