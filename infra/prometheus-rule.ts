const head = `# The rules of rules.yaml for the Prometheus operator; written by \`npm run rules\`. It goes where kubectl
# points; an operator that selects rules by labels or namespaces needs those here: add them with a kustomization of your own.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: image-usage-metrics
spec:
`

/** The object of the operator that holds the groups of a rule file, word for word. */
export const prometheusRule = (rules: string): string => {
  const groups = rules.slice(rules.indexOf('groups:'))
  return head + groups.replace(/^(?=.)/gm, '  ')
}
