import { readFileSync, writeFileSync } from 'node:fs'
import { prometheusRule } from './prometheus-rule.ts'

// `npm run rules`: after a change of the rules.
const folder = new URL('cluster/monitoring/', import.meta.url)
const rules = readFileSync(new URL('rules.yaml', folder), 'utf8')
writeFileSync(new URL('prometheus-rule.yaml', folder), prometheusRule(rules))
