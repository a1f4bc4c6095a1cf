@guide:backup
Feature: The configuration is backed up

  @req:BACKUP-01 @declared
  Scenario: The Management Node holds a recent backup
    When the backups that the Management Node holds are listed
    Then one of them is as recent as the site wants
