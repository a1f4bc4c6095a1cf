@guide:bios
Feature: Virtual machines start from their own disk
  Whoever attaches a medium or answers a network boot starts no system of their own.

  @each_node @declared
  Scenario Outline: <statement> (<requirement>)
    When the hosts and virtual machines are read
    Then of its virtual machine holds: <statement>

    Examples:
      | requirement | statement                                          |
      | BIOS-01     | the hard disk comes first in the boot order        |
      | BIOS-02     | SCSI (0:0) comes before every other hard disk      |
      | BIOS-04     | BIOS setup is not forced at the next start         |

  @each_node @attested
  Scenario Outline: A person has seen the boot order that the virtual machine does not state (<requirement>)
    When the boot orders and the attestations are read
    Then the boot order of <requirement> is read, or stated by a named person

    Examples:
      | requirement |
      | BIOS-01     |
      | BIOS-02     |
