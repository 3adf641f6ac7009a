import { Stack, type StackProps } from 'aws-cdk-lib'
import type { EventPattern } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import { canonicalEcrHosts } from '../../shared/settings.ts'
import {
  type Access,
  type EveryFunctionName,
  type FunctionName,
  type FunctionWiring,
  functions,
  type OptionalFunctionName,
  type QueueName,
  type QueueWiring,
  queues,
  type RuleWiring,
  rules,
  schedules,
} from '../../shared/wiring.ts'
import { reservedFor, sizedFunction } from '../capacity.ts'
import type { Config } from '../config.ts'
import { AlarmTopic } from '../constructs/alarm-topic.ts'
import { Alarms } from '../constructs/alarms.ts'
import { Dashboard } from '../constructs/dashboard.ts'
import { EcrEventPolicy } from '../constructs/ecr-event-policy.ts'
import { ecrRegistriesOf, ownReadEcrOf } from '../constructs/ecr-registries.ts'
import { EksAccess } from '../constructs/eks-access.ts'
import { MetricsUrl } from '../constructs/metrics-url.ts'
import { networkOf } from '../constructs/network.ts'
import { PipelineFunction } from '../constructs/pipeline-function.ts'
import { PullTimeExclusions } from '../constructs/pull-time-exclusions.ts'
import { RuleRelay } from '../constructs/rule-relay.ts'
import { Schedule } from '../constructs/schedule.ts'
import { endpointsNeeded, VpcEndpoints } from '../constructs/vpc-endpoints.ts'
import { WebhookUrl } from '../constructs/webhook-url.ts'
import { WorkQueue } from '../constructs/work-queue.ts'
import { mapRecord } from '../map-record.ts'
import { hasFunctionUrls } from '../way-in.ts'
import type { StateStack } from './state.ts'
import type { WorkStack } from './work.ts'

type DeployedFunctions = Readonly<Record<EveryFunctionName, PipelineFunction>> &
  Readonly<Partial<Record<OptionalFunctionName, PipelineFunction>>>

export interface PipelineStackProps extends StackProps {
  readonly config: Config
  readonly state: StateStack
  readonly names: InstallationNames
  readonly work: WorkStack
}

/** What the wiring says, built: functions, schedules, rules. It keeps nothing and can be rebuilt at any time. */
export class PipelineStack extends Stack {
  readonly #alarms: Alarms
  readonly #functions: DeployedFunctions

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, { ...props, description: 'shelflife: functions, rules and schedules' })
    this.#alarms = this.#createAlarms(props)
    this.#functions = this.#createFunctions(props)
    this.#connect(props)
    if (props.config.keepEarlier) this.#emptyEarlierQueues()
    for (const [name, wiring] of Object.entries(rules)) this.#createRule(name, wiring, props)
    new EcrEventPolicy(this, 'ecr-events', { settings: props.config.settings, names: props.names })
    this.#leavePullTimes(props.config)
    this.#letIntoEks(props)
    this.#open(props)
    this.#show(props)
    const { vpc } = props.config
    if (vpc?.endpoints === 'create')
      new VpcEndpoints(this, 'endpoints', { vpc, needed: endpointsNeeded(this, props.config.settings) })
  }

  /** Whoever confirmed the topic of a version before is told as well, until the other is confirmed. */
  #createAlarms({ config, work, names }: PipelineStackProps): Alarms {
    const alarms = new Alarms(this, 'alarms', { topics: [work.topic] })
    if (config.keepEarlier) alarms.addTopic(new AlarmTopic(alarms, 'topic', { names, email: config.alarmEmail }))
    return alarms
  }

  #createFunctions({ config, state, work, names }: PipelineStackProps): DeployedFunctions {
    const network = config.vpc && networkOf(this, config.vpc)
    const targets = {
      table: state.table,
      bus: state.bus,
      archive: state.archive,
      killSwitch: state.killSwitch,
      sealingKey: state.sealingKey,
      queues: mapRecord(work.queues, (_, { queue }) => queue),
      settings: config.settings,
      names,
      clusterRoles: state.clusterRoles,
    }
    const create = (name: FunctionName, wiring: FunctionWiring) => {
      const reservedConcurrency = reservedFor(name, config, config.settings.metrics !== undefined)
      return new PipelineFunction(this, name, {
        name,
        wiring: sizedFunction(name, wiring, config),
        targets,
        alarms: this.#alarms,
        logGroup: work.logs[name],
        keepsEarlierLog: config.keepEarlier,
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

  #connect({ work }: PipelineStackProps): void {
    for (const [name, queue] of Object.entries(work.queues) as [QueueName, WorkQueue][])
      queue.connect(this.#functions[queues[name].consumer].lambda)
    for (const [name, wiring] of Object.entries(schedules)) {
      const consumer = this.#functions[wiring.consumer]?.lambda
      const deadLetters = work.deadLetters.schedules[name]
      if (consumer && deadLetters)
        new Schedule(this, `${name}-schedule`, { wiring, consumer, alarms: this.#alarms, deadLetters })
    }
  }

  /** Of a version that had them in this stack, by the names they had there: nothing sends to them, and what waits is done. */
  #emptyEarlierQueues(): void {
    for (const [name, wiring] of Object.entries(queues) as [QueueName, QueueWiring][])
      new WorkQueue(this, `${name}-queue`, { name, wiring, alarms: this.#alarms }).connect(
        this.#functions[wiring.consumer].lambda,
      )
  }

  #createRule(name: string, wiring: RuleWiring, { config, work }: PipelineStackProps): void {
    const pattern = this.#patternOfAccounts(wiring, config)
    const deadLetters = work.deadLetters.rules[name]
    if (!pattern || !deadLetters) return
    new RuleRelay(this, `${name}-rule`, {
      wiring,
      pattern,
      queue: work.queues[wiring.queue].queue,
      alarms: this.#alarms,
      deadLetters,
      ecrHosts: canonicalEcrHosts(config.settings),
    })
  }

  #open({ config, names, work: { door } }: PipelineStackProps): void {
    const { webhook, metrics } = this.#functions
    const common = { alarms: this.#alarms, door, hasFunctionUrl: hasFunctionUrls(config.wayIn) }
    const isScraped = config.settings.metrics !== undefined
    door?.connect(this, { webhook: webhook.lambda, ...(isScraped && { metrics: metrics.lambda }) })
    new WebhookUrl(this, 'webhook-url', { ...common, names, webhook: webhook.lambda })
    if (isScraped) new MetricsUrl(this, 'metrics-url', { ...common, metrics: metrics.lambda })
  }

  #show({ config, state, work, names }: PipelineStackProps): void {
    if (!config.cloudWatch.dashboard) return
    new Dashboard(this, 'dashboard', {
      functions: lambdasOf(this.#functions),
      queues: mapRecord(work.queues, (_, { queue }) => queue),
      table: state.table,
      names,
    })
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

  #letIntoEks({ config: { settings }, state: { clusterRoles: roles } }: PipelineStackProps): void {
    if (!roles) return
    const holding = (word: Access) =>
      Object.values(this.#functions).flatMap(({ role, wiring }) => (wiring.access.includes(word) ? [role] : []))
    const asking = { reader: holding('secrets:cluster'), executor: holding('secrets:cluster:executor') }
    new EksAccess(this, 'eks-access', { settings, roles, functions: asking })
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
