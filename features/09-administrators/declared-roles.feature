@guide:administrators
Feature: Administrator roles separate those who run the system from those who audit it

  @declared
  Scenario Outline: The role "<role>" leaves logs, captures, snapshots and backups to the auditor
    When the administrator roles and their permissions are read
    Then the role "<role>" holds none of the permissions of the auditor

    Examples:
      | requirement | role       |
      | ROLE-01     | Read-only  |
      | ROLE-02     | Read-write |

  @req:ROLE-03 @declared
  Scenario: The auditor
    When the administrator roles and their permissions are read
    Then the auditor holds exactly the permissions of the guide
