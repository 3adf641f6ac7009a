import { Duration } from 'aws-cdk-lib'
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Operation } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import type { FunctionName, QueueName } from '../../shared/wiring.ts'
import type { KeptTable } from './kept-state.ts'

export interface DashboardProps {
  /** Those that are deployed, by their names. */
  readonly functions: Readonly<Record<string, LambdaFunction>>
  readonly queues: Readonly<Record<QueueName, Queue>>
  readonly table: KeptTable
  readonly names: InstallationNames
}

const period = Duration.minutes(5)

/** What the pipeline did and how it fares, on one page of CloudWatch; what it did to images is for Prometheus and Grafana. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id)
    new CloudWatchDashboard(this, 'dashboard', {
      defaultInterval: Duration.days(1),
      widgets: [workWidgets(props), functionWidgets(props), queueWidgets(props), tableWidgets(props)],
    })
  }
}

const graph = (title: string, left: IMetric[]): IWidget => new GraphWidget({ title, left, width: 8, height: 6 })

/** What the functions count themselves, embedded in their logs. */
const counted = (namespace: string, service: FunctionName, metricName: string): Metric =>
  new Metric({
    namespace,
    metricName,
    dimensionsMap: { service },
    statistic: 'Sum',
    period,
    label: metricName,
  })

function workWidgets({ names }: DashboardProps): IWidget[] {
  const each = (service: FunctionName, ...metricNames: string[]) =>
    metricNames.map(name => counted(names.metricNamespace, service, name))
  return [
    graph('Syncs', each('sync', 'SyncsSucceeded', 'SyncsFailed')),
    graph('Deletions', each('sweep-execute', 'Deleted', 'DeletesFailed')),
  ]
}

function functionWidgets({ functions }: DashboardProps): IWidget[] {
  const each = (metric: (lambda: LambdaFunction, label: string) => Metric) =>
    Object.entries(functions).map(([label, lambda]) => metric(lambda, label))
  return [
    graph(
      'Failed invocations',
      each((lambda, label) => lambda.metricErrors({ period, label })),
    ),
    graph(
      'Throttled invocations',
      each((lambda, label) => lambda.metricThrottles({ period, label })),
    ),
    graph(
      'Longest invocations',
      each((lambda, label) => lambda.metricDuration({ period, label, statistic: 'Maximum' })),
    ),
  ]
}

function queueWidgets({ queues }: DashboardProps): IWidget[] {
  const each = (metric: (queue: Queue, label: string) => Metric) =>
    Object.entries(queues).map(([label, queue]) => metric(queue, label))
  return [
    graph(
      'Age of the oldest message',
      each((queue, label) => queue.metricApproximateAgeOfOldestMessage({ period, label, statistic: 'Maximum' })),
    ),
    graph(
      'Messages that wait',
      each((queue, label) => queue.metricApproximateNumberOfMessagesVisible({ period, label, statistic: 'Maximum' })),
    ),
  ]
}

const tableWidgets = ({ table }: DashboardProps): IWidget[] => [
  graph('Units of the table', [
    table.metricConsumedReadCapacityUnits({ period, label: 'read' }),
    table.metricConsumedWriteCapacityUnits({ period, label: 'written' }),
  ]),
  graph('Refused requests of the table', [
    table.metricThrottledRequestsForOperations({ period, operations: [Operation.QUERY, Operation.PUT_ITEM] }),
  ]),
]
