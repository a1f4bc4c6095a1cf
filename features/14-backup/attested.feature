@guide:backup
Feature: Backups are kept

  @req:BACKUP-02 @attested
  Scenario: Backups are stored as the site's policy says
    When the attestations are read
    Then a named person states that BACKUP-02 holds
