import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { EventPattern } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import { canonicalEcrHosts } from '../../shared/settings.ts'
import {
  type EveryFunctionName,
  type FunctionName,
  type FunctionWiring,
  functions,
  type OptionalFunctionName,
  type QueueName,
  queues,
  type RuleWiring,
  rules,
  schedules,
  webhookRoutes,
} from '../../shared/wiring.ts'
import { reservedFor, sizedFunction, sizedQueue } from '../capacity.ts'
import type { Config } from '../config.ts'
import { Alarms } from '../constructs/alarms.ts'
import { Dashboard } from '../constructs/dashboard.ts'
import { EcrEventPolicy } from '../constructs/ecr-event-policy.ts'
import { ecrRegistriesOf, ownReadEcrOf } from '../constructs/ecr-registries.ts'
import { MetricsUrl } from '../constructs/metrics-url.ts'
import { networkOf } from '../constructs/network.ts'
import { PipelineFunction } from '../constructs/pipeline-function.ts'
import { PullTimeExclusions } from '../constructs/pull-time-exclusions.ts'
import { RuleRelay } from '../constructs/rule-relay.ts'
import { Schedule } from '../constructs/schedule.ts'
import { endpointsNeeded, VpcEndpoints } from '../constructs/vpc-endpoints.ts'
import { WebhookUrl } from '../constructs/webhook-url.ts'
import { WorkQueue } from '../constructs/work-queue.ts'
import type { StateStack } from './state.ts'

type DeployedFunctions = Readonly<Record<EveryFunctionName, PipelineFunction>> &
  Readonly<Partial<Record<OptionalFunctionName, PipelineFunction>>>

export interface PipelineStackProps extends StackProps {
  readonly config: Config
  readonly state: StateStack
  readonly names: InstallationNames
}

/** What the wiring says, built: functions, queues, schedules, rules. It keeps nothing and can be rebuilt at any time. */
export class PipelineStack extends Stack {
  readonly #alarms: Alarms
  readonly #queues: Readonly<Record<QueueName, WorkQueue>>
  readonly #functions: DeployedFunctions

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, { ...props, description: 'shelflife: functions, queues, rules and schedules' })
    this.#alarms = new Alarms(this, 'alarms', { email: props.config.alarmEmail, names: props.names })
    this.#queues = mapRecord(
      queues,
      (name, wiring) =>
        new WorkQueue(this, `${name}-queue`, {
          name,
          wiring: sizedQueue(name, wiring, props.config),
          alarms: this.#alarms,
        }),
    )
    this.#functions = this.#createFunctions(props)
    this.#connect()
    for (const [name, wiring] of Object.entries(rules)) this.#createRule(name, wiring, props)
    new EcrEventPolicy(this, 'ecr-events', { settings: props.config.settings })
    this.#leavePullTimes(props.config)
    const { url } = new WebhookUrl(this, 'webhook-url', {
      webhook: this.#functions.webhook.lambda,
      names: props.names,
      alarms: this.#alarms,
    })
    new CfnOutput(this, 'WebhookUrl', {
      value: url,
      description: `${Object.keys(webhookRoutes).join(' or ')} below it; shelflife webhook HOST --aws prints what to set up`,
    })
    this.#showMetrics(props)
    new CfnOutput(this, 'AlarmTopic', { value: this.#alarms.topic.topicArn })
    const { vpc } = props.config
    if (vpc?.endpoints === 'create') new VpcEndpoints(this, 'endpoints', { vpc, needed: endpointsNeeded(this) })
  }

  #createFunctions({ config, state, names }: PipelineStackProps): DeployedFunctions {
    const network = config.vpc && networkOf(this, config.vpc)
    const targets = {
      table: state.table,
      bus: state.bus,
      archive: state.archive,
      killSwitch: state.killSwitch,
      sealingKey: state.sealingKey,
      queues: mapRecord(this.#queues, (_, { queue }) => queue),
      settings: config.settings,
      names,
    }
    const create = (name: FunctionName, wiring: FunctionWiring) => {
      const reservedConcurrency = reservedFor(name, config, config.settings.metrics !== undefined)
      return new PipelineFunction(this, name, {
        name,
        wiring: sizedFunction(name, wiring, config),
        targets,
        alarms: this.#alarms,
        network,
        ...(reservedConcurrency !== undefined && { reservedConcurrency }),
        tracing: config.tracing,
        hasAlarms: config.cloudWatch.functionAlarms,
      })
    }
    const { notify, ...every } = functions
    return {
      ...mapRecord<EveryFunctionName, FunctionWiring, PipelineFunction>(every, create),
      ...(config.settings.notifications.length > 0 && { notify: create('notify', notify) }),
    }
  }

  #connect(): void {
    for (const [name, queue] of Object.entries(this.#queues) as [QueueName, WorkQueue][])
      queue.connect(this.#functions[queues[name].consumer].lambda)
    for (const [name, wiring] of Object.entries(schedules)) {
      const consumer = this.#functions[wiring.consumer]?.lambda
      if (consumer) new Schedule(this, `${name}-schedule`, { wiring, consumer, alarms: this.#alarms })
    }
  }

  #createRule(name: string, wiring: RuleWiring, { config }: PipelineStackProps): void {
    const pattern = this.#patternOfAccounts(wiring, config)
    if (!pattern) return
    new RuleRelay(this, `${name}-rule`, {
      wiring,
      pattern,
      queue: this.#queues[wiring.queue].queue,
      alarms: this.#alarms,
      ecrHosts: canonicalEcrHosts(config.settings),
    })
  }

  #showMetrics({ config, state, names }: PipelineStackProps): void {
    if (config.cloudWatch.dashboard)
      new Dashboard(this, 'dashboard', {
        functions: lambdasOf(this.#functions),
        queues: mapRecord(this.#queues, (_, { queue }) => queue),
        table: state.table,
        names,
      })
    if (!config.settings.metrics) return
    const { lambda } = this.#functions.metrics
    const { url } = new MetricsUrl(this, 'metrics-url', { metrics: lambda, alarms: this.#alarms })
    new CfnOutput(this, 'MetricsUrl', { value: url, description: 'for Prometheus, with the secret metrics.secret' })
  }

  #leavePullTimes({ settings, pullTimeExclusions: isOn }: Config): void {
    if (ownReadEcrOf(settings, this).length === 0) return
    const readers = Object.entries(functions).filter(([, { access }]) => access.includes('ecr:read'))
    new PullTimeExclusions(this, 'pull-times', {
      settings,
      isOn,
      readers: Object.fromEntries(readers.map(([name]) => [name, this.#functions[name as EveryFunctionName].role])),
    })
  }

  /** Other accounts may forward events to the default bus: only those of the configured registries count. None: no rule. */
  #patternOfAccounts(wiring: RuleWiring, config: Config): EventPattern | undefined {
    const registries = ecrRegistriesOf(config.settings, this)
    if (registries.length === 0) return undefined
    return {
      source: [...wiring.pattern.source],
      detailType: [...wiring.pattern['detail-type']],
      account: [...new Set(registries.map(registry => registry.account))],
      region: [...new Set(registries.map(registry => registry.region))],
    }
  }
}

const lambdasOf = (deployed: DeployedFunctions): Record<string, LambdaFunction> =>
  Object.fromEntries(Object.entries(deployed).map(([name, { lambda }]) => [name, lambda]))

const mapRecord = <K extends string, V, R>(record: Readonly<Record<K, V>>, to: (key: K, value: V) => R): Record<K, R> =>
  Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, to(key as K, value)])) as Record<K, R>
