@guide:global-settings
Feature: Global settings
  Platform > Global settings has the values of the guide, or those of the site where the guide leaves
  the choice to it.

  @declared
  Scenario Outline: "<setting>" satisfies <requirement>
    When the global settings are read
    Then "<setting>" is <value>

    Examples: Connectivity
      | requirement | setting                                                          | value              |
      | GLOBAL-01   | Enable SIP                                                       | as the site states |
      | GLOBAL-01   | Enable SIP UDP                                                   | as the site states |
      | GLOBAL-02   | Enable H.323                                                     | as the site states |
      | GLOBAL-03   | Enable WebRTC                                                    | as the site states |
      | GLOBAL-04   | Enable RTMP                                                      | as the site states |
      | GLOBAL-05   | Enable support for Pexip Infinity Connect clients and Client API | off                |
      | GLOBAL-06   | DSCP value for management traffic                                | as the site states |
      | GLOBAL-07   | Enable SSH                                                       | off                |
      | GLOBAL-08   | Media encryption                                                 | Required           |

    Examples: Port ranges
      | requirement | setting                    | value              |
      | GLOBAL-09   | Signaling port range start | as the site states |
      | GLOBAL-09   | Signaling port range end   | as the site states |
      | GLOBAL-10   | Media port range start     | as the site states |
      | GLOBAL-10   | Media port range end       | as the site states |

    Examples: Security
      | requirement | setting                                | value              |
      | GLOBAL-11   | OCSP state                             | Override           |
      | GLOBAL-11   | OCSP responder URL                     | as the site states |
      | GLOBAL-12   | SIP TLS certificate verification mode  | On                 |

    Examples: External system integration
      | requirement | setting                                 | value |
      | GLOBAL-13   | Enable HTTP access for external systems | off   |

    Examples: Management web interface configuration
      | requirement | setting                                        | value              |
      | GLOBAL-14   | Login banner text                              | as the site states |
      | GLOBAL-15   | Enable management web interface session timeout | on                |
      | GLOBAL-16   | Management web interface session timeout       | as the site states |
