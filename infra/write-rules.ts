import { readFileSync, writeFileSync } from 'node:fs'
import { dashboardJson } from './grafana/dashboard.ts'
import { prometheusRule } from './prometheus-rule.ts'

// `npm run rules`: after a change of the rules or of the dashboard.
const folder = new URL('cluster/monitoring/', import.meta.url)
const rules = readFileSync(new URL('rules.yaml', folder), 'utf8')
writeFileSync(new URL('prometheus-rule.yaml', folder), prometheusRule(rules))
writeFileSync(new URL('grafana/image-lifecycle.json', folder), dashboardJson())
