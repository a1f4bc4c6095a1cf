@guide:global-settings
Feature: No other ports are open than those that the site's firewall expects
  The ports of the product and the signalling and media ranges of the site may accept TCP connections,
  no others. A stated set is tried: every port up to 1024, usual services above, a sample of the rest; on
  request, every port.

  @each_conferencing_node @req:GLOBAL-09 @req:GLOBAL-10 @observed
  Scenario Outline: Only known ports accept over <family>
    When TCP connections are tried over <family>
    Then only ports of the product and of the site's ranges accept

    Examples:
      | family |
      | IPv4   |
      | IPv6   |
