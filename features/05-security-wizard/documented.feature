@guide:security-wizard
Feature: The security wizard was answered as the guide wants
  No interface of the product shows these answers. The set-up's own record, a saved transcript and a diagnostic
  snapshot do; whatever of these a run has must say the same.

  @management_node @documented
  Scenario Outline: The answer to "<question>" satisfies <requirement>
    When the records of the security wizard are read
    Then "<question>" was answered <answer>

    Examples:
      | requirement | question                                                           | answer             |
      | WIZ-01      | Enable FIPS compliance mode                                        | YES                |
      | WIZ-02      | Disable system administrator account                               | YES                |
      | WIZ-03      | Accept ICMPv6 redirects                                            | NO                 |
      | WIZ-04      | Drop incoming packets to closed ports rather than reject           | YES                |
      | WIZ-05      | Accept multicast ICMPv6 echo requests                              | NO                 |
      | WIZ-06      | Enable IPv6 Duplicate Address Detection                            | NO                 |
      | WIZ-07      | SIP UDP listen port                                                | as the site states |
      | WIZ-08      | SIP TCP listen port                                                | as the site states |
      | WIZ-09      | SIP TLS listen port                                                | as the site states |
      | WIZ-10      | Active management web sessions                                     | as the site states |
      | WIZ-11      | Active per-user management web sessions                            | as the site states |
      | WIZ-12      | Enable TLS < 1.2                                                   | NO                 |
      | WIZ-13      | Enable Anonymous DH for outbound SIP/TLS                           | NO                 |
      | WIZ-14      | Permit TLS <1.2 for inbound HTTPS                                  | NO                 |
      | WIZ-15      | Configure CCA-ID                                                   | as the site states |
      | WIZ-16      | Configure Resource-Priority prefix                                 | as the site states |
      | WIZ-17      | Enable FIR                                                         | YES                |
      | WIZ-18      | Enable AES128-SHA ciphersuite                                      | NO                 |
      | WIZ-19      | Enable AES128-SHA ciphersuite for outbound SIP/TLS                 | NO                 |
      | WIZ-20      | Tolerate iPAddress SubjectAlternativeNames in SIP/TLS certificates | NO                 |
      | WIZ-21      | Enable Referrer-Policy: same-origin on HTTP responses              | YES                |
      | WIZ-22      | Enable preload in HSTS header                                      | NO                 |
      | WIZ-23      | Enable AES_CM_128_HMAC_SHA1_* SRTP ciphersuites                    | YES                |
      | WIZ-24      | Enable TLSv1.2 CBC-mode ciphersuites                               | YES                |
      | WIZ-25      | Enable 2048-bit DH groups for H323                                 | NO                 |
