@guide:certificates
Feature: Certification authorities that the deployment trusts
  In FIPS compliance mode the delivered set is not used: the site's own authorities are uploaded.

  @req:CA-01 @declared
  Scenario: The site's root
    When the trusted certificates are held against the site's authorities
    Then the site's root authority is among them

  @req:CA-02 @declared
  Scenario: The intermediates of what is served
    When the trusted certificates are held against every chain that is served
    Then every intermediate of the chains is among them

  @req:CA-03 @declared
  Scenario: None is expired
    When the trusted certificates are read
    Then none of them has expired
