@guide:administrators
Feature: Administrator roles are enforced
  With an account of each role, each action that the guide leaves to the auditor is really tried.

  @management_node @observed
  Scenario Outline: An account of the role "<role>" is refused what is the auditor's
    When an account of the role "<role>" tries what is the auditor's
    Then each action is refused

    Examples:
      | requirement | role       |
      | ROLE-01     | Read-only  |
      | ROLE-02     | Read-write |

  @management_node @req:ROLE-03 @observed
  Scenario: The auditor sees logs and packet captures
    When an account of the auditor looks at logs and packet captures
    Then each action is done

  @management_node @req:ROLE-03 @observed
  Scenario: The auditor makes snapshots and backups
    When an account of the auditor makes a snapshot and a backup
    Then each action is done
