@guide:resources
Feature: Virtual machines have guaranteed resources
  Each has what it expects, and no more, so that it is isolated from others on its host.

  @each_node @declared
  Scenario Outline: <statement> (<requirement>)
    When the hosts and virtual machines are read
    Then of its virtual machine holds: <statement>

    Examples:
      | requirement | statement                                |
      | VMRES-01    | all CPU is reserved                      |
      | VMRES-02    | the CPU limit equals the reservation     |
      | VMRES-03    | CPU shares are normal                    |
      | VMRES-04    | all memory is reserved and locked        |
      | VMRES-05    | the memory limit equals the reservation  |
      | VMRES-06    | memory shares are normal                 |
      | VMRES-07    | shares of every disk are normal          |
      | VMRES-08    | every disk has an IOPS limit             |
