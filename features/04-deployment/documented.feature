@guide:deployment
Feature: The wizards were run completely and in their order
  The installation wizard first, the security wizard next, everything else after it.

  @management_node @documented
  Scenario Outline: The installer's answer to "<question>" satisfies <requirement>
    When the records of the installation wizard are read
    Then the installer said <answer> to "<question>"

    Examples:
      | requirement | question                                      | answer |
      | DEPLOY-03   | Enable incident reporting                     | NO     |
      | DEPLOY-04   | Send deployment and usage statistics to Pexip | NO     |

  @management_node @req:DEPLOY-08 @documented
  Scenario: The installation wizard was completed
    When the transcript of the installation wizard is read
    Then it shows the wizard to its end, and a password set for admin

  @management_node @req:DEPLOY-07 @documented
  Scenario: Nothing was configured before the security wizard
    When the records of the security wizard are read
    Then nothing was configured before it

  @each_conferencing_node @req:DEPLOY-06 @documented
  Scenario: The end of the security wizard is on record
    When the records of the security wizard are read
    Then they tell when it ended

  @each_conferencing_node @req:DEPLOY-06 @declared
  Scenario: The node has started since the security wizard
    When the start of the node and the end of the security wizard are read
    Then the node has started since
