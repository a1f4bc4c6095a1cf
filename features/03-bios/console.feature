@guide:bios
Feature: The firmware settings of virtual machines are locked
  Whoever sits at the console is asked for a password before seeing any of them.

  @each_node @req:BIOS-03 @observed
  Scenario: BIOS setup asks for the supervisor password
    When BIOS setup is entered at the console of the virtual machine
    Then it asks for the supervisor password
