@guide:resources
Feature: Limits of disks add up to what a datastore can deliver

  @each_datastore @req:VMRES-09 @declared
  Scenario: The sum of all IOPS limits is within the capacity of the datastore
    When the datastores and the disks on them are read
    Then the IOPS limits on the datastore fit its capacity
