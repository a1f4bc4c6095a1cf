@guide:last-resort
Feature: The local administrator's certificate is trusted
  When the directory is gone for long, a self-signed certificate from the safe is the way in.

  @req:LAST-01 @declared
  Scenario: It is among the trusted certificates
    When the trusted certificates are read
    Then the local administrator's own certificate is among them

  @req:LAST-02 @declared
  Scenario: It lasts
    When the trusted certificates are read
    Then the local administrator's own certificate is far from its end
