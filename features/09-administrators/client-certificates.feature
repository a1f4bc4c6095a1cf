@guide:client-certificates
Feature: Client certificates open the Administrator interface, and nothing else does
  Administrators show who they are by a certificate; its identity has to be known to the directory.
  Each refusal is held against the administrator's certificate, which opens the same doors.

  @management_node @req:CBA-02 @observed
  Scenario: Without a certificate there is no access
    When the Administrator interface and the API are asked with no certificate
    Then both refuse it, and let the administrator's certificate in

  @management_node @req:CBA-03 @observed
  Scenario: An administrator known to the directory gets in
    When the Administrator interface and the API are asked with the administrator's certificate
    Then both let it in

  @management_node @req:CBA-04 @observed
  Scenario Outline: There is no access with <certificate>
    When the Administrator interface and the API are asked with <certificate>
    Then both refuse it, and let the administrator's certificate in

    Examples:
      | certificate                                         |
      | a certificate of a user who is not in the directory |
      | an expired certificate                              |
      | a certificate of an untrusted CA                    |
      | a self-signed certificate                           |
