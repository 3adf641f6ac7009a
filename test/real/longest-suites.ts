/** Of a minute and more each. */
export const longestSuites = [
  'test/real/suites/installations.test.ts',
  'test/real/suites/installations-rollback.test.ts',
  'test/real/suites/incidents.test.ts',
  'test/real/suites/prometheus.test.ts',
  'test/real/suites/kubectl-wait.test.ts',
  'test/real/suites/pod.test.ts',
  'test/real/suites/aws-redeploy.test.ts',
  'test/real/suites/template-linters.test.ts',
  'test/real/suites/restore.test.ts',
  'test/real/suites/aws.test.ts',
]
