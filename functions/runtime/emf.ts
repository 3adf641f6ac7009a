import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import type { FunctionName } from '../../shared/wiring.ts'
import { ownNames } from './environment.ts'

/** What functions count for CloudWatch, each with the function as its dimension `service`; every name costs by itself. */
const units = {
  SyncsSucceeded: MetricUnit.Count,
  SyncsFailed: MetricUnit.Count,
  Deleted: MetricUnit.Count,
  DeletesFailed: MetricUnit.Count,
} as const

/** Their names, by each of which CloudWatch charges. */
export const cloudWatchMetrics = Object.keys(units)

/** Adds to what this invocation tells CloudWatch when it ends. */
export type CountForCloudWatch = (name: keyof typeof units, amount: number) => void

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Embedded in the log, so that it costs no call; an invocation that counted nothing writes no line. */
export function cloudWatchCounts(name: FunctionName) {
  // It warns of every invocation that counts nothing, which most do.
  const metrics = new Metrics({ namespace: ownNames().metricNamespace, serviceName: name, logger: silent })
  const count: CountForCloudWatch = (metric, amount) => {
    if (amount > 0) metrics.addMetric(metric, units[metric], amount)
  }
  return { count, middleware: logMetrics(metrics) }
}
