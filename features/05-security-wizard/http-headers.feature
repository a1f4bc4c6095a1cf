@guide:security-wizard
Feature: Security headers of every HTTPS answer
  The security wizard decides about two response headers. They are looked for on every sort of answer: a
  page, a redirect, an error, a refused API request and a refused form.

  @each_node @req:WIZ-21 @observed
  Scenario: Referrer-Policy is same-origin
    When every sort of HTTPS answer is fetched
    Then each of them says that the referrer stays within the origin

  @each_node @req:WIZ-22 @observed
  Scenario: Strict-Transport-Security is sent without preload
    When every sort of HTTPS answer is fetched
    Then each of them demands HTTPS without preload
