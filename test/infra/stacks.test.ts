import { describe, expect, it } from 'vitest'
import { table } from '../../shared/adapters/store/table.ts'
import { functions, queues, registryDeletesMessage, rules, schedules } from '../../shared/wiring.ts'
import { fullConfig } from './full-config.ts'
import { type Resource, resourcesOf, synthesize } from './synthesized.ts'

const { pipeline, work, state } = synthesize(fullConfig)
const all = (type: string) => [...resourcesOf(work, type), ...resourcesOf(pipeline, type)]
const alarmsOn = (dimension: string, logicalId: string) =>
  all('AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
    JSON.stringify(Properties.Dimensions ?? []).includes(`"Name":"${dimension}","Value":{"Fn::GetAtt":["${logicalId}"`),
  )
const queueIds = (dead: boolean) =>
  all('AWS::SQS::Queue').filter(([, queue]) => (queue.Properties.RedrivePolicy === undefined) === dead)

describe('queues', () => {
  it('have a dead-letter queue of their kind that takes a message after the attempts of the wiring', () => {
    const redrives = queueIds(false).map(
      ([, { Properties }]) => Properties.RedrivePolicy as { maxReceiveCount: number },
    )

    expect(redrives.map(redrive => redrive.maxReceiveCount)).toEqual(
      Object.values(queues).map(queue => queue.maxReceiveCount),
    )
  })

  it('ring at the first dead letter, and when work waits too long', () => {
    const silent = all('AWS::SQS::Queue').filter(([id]) => alarmsOn('QueueName', id).length === 0)

    expect(silent.map(([id]) => id)).toEqual([])
  })

  it('hide a message for at least six times as long as its consumer may take', () => {
    for (const { consumer, visibilityTimeoutSeconds } of Object.values(queues))
      expect(visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * functions[consumer].timeoutSeconds)
    expect(queueIds(false).map(([, queue]) => queue.Properties.VisibilityTimeout)).toEqual(
      Object.values(queues).map(queue => queue.visibilityTimeoutSeconds),
    )
  })

  it('are polled with partial answers, in batches and at a concurrency of the wiring', () => {
    const mappings = all('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties)

    expect(mappings.map(mapping => mapping.FunctionResponseTypes)).toEqual(
      mappings.map(() => ['ReportBatchItemFailures']),
    )
    expect(mappings.map(mapping => mapping.BatchSize)).toEqual(Object.values(queues).map(queue => queue.batchSize))
    expect(mappings.map(mapping => mapping.ScalingConfig)).toEqual(
      Object.values(queues).map(queue => ({ MaximumConcurrency: queue.maxConcurrency })),
    )
  })

  it('refuse plain text', () => {
    const guarded = all('AWS::SQS::QueuePolicy').filter(([, policy]) =>
      JSON.stringify(policy).includes('"aws:SecureTransport":"false"'),
    )

    expect(guarded).toHaveLength(all('AWS::SQS::Queue').length)
  })
})

describe('schedules', () => {
  it('each have the alarms "it failed" and "it did not run", and dead letters', () => {
    for (const name of Object.keys(schedules)) {
      const id = `${name}schedule`.replaceAll('-', '')
      const ringing = all('AWS::CloudWatch::Alarm').map(([alarm]) => alarm)

      expect(ringing.filter(alarm => alarm.startsWith(`alarms${id}failed`))).toHaveLength(1)
      expect(ringing.filter(alarm => alarm.startsWith(`alarms${id}didnotrun`))).toHaveLength(1)
    }
    const targets = all('AWS::Scheduler::Schedule').map(
      ([, { Properties }]) => Properties.Target as Resource['Properties'],
    )
    expect(targets).toHaveLength(Object.keys(schedules).length)
    expect(targets.every(target => target.DeadLetterConfig !== undefined)).toBe(true)
  })

  it('that did not run ring when nothing is measured', () => {
    const quiet = all('AWS::CloudWatch::Alarm').filter(([id]) => id.includes('didnotrun'))

    expect(quiet.map(([, alarm]) => alarm.Properties.TreatMissingData)).toEqual(quiet.map(() => 'breaching'))
  })

  it('keep what the function failed at', () => {
    const destinations = all('AWS::Lambda::EventInvokeConfig').map(([, config]) =>
      JSON.stringify(config.Properties.DestinationConfig),
    )

    expect(destinations).toHaveLength(Object.keys(schedules).length)
    expect(destinations.every(destination => destination.includes('OnFailure'))).toBe(true)
  })
})

describe('rules', () => {
  it('each lead to a relay with a dead-letter queue', () => {
    const targets = all('AWS::Events::Rule').flatMap(
      ([, { Properties }]) => Properties.Targets as Resource['Properties'][],
    )

    expect(targets).toHaveLength(Object.keys(rules).length)
    expect(targets.every(target => target.DeadLetterConfig !== undefined)).toBe(true)
  })

  it('send each event whole, in the message group of its repository', () => {
    const definitions = all('AWS::StepFunctions::StateMachine').map(([, machine]) =>
      JSON.stringify(machine.Properties.DefinitionString),
    )

    expect(definitions.filter(text => text.includes('repository-name'))).toHaveLength(1)
    expect(definitions.every(text => text.includes('$string($states.input)'))).toBe(true)
  })

  it('of the default bus take events of the configured accounts and regions only', () => {
    pipeline.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.ecr'], account: ['123456789012'], region: ['eu-west-1'] },
    })
  })
})

describe('alarms', () => {
  it('tell people, and say what to do', () => {
    for (const [, { Properties }] of all('AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmActions).toHaveLength(1)
      expect(String(Properties.AlarmDescription).length).toBeGreaterThan(80)
      expect(String(Properties.AlarmDescription).length).toBeLessThanOrEqual(1024)
    }
    work.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'platform@example.com' })
  })

  it('F39 ring on each record that a function cannot read', () => {
    const filters = all('AWS::Logs::MetricFilter').map(([, { Properties }]) => String(Properties.FilterPattern))

    const reading = filters.filter(pattern => pattern.includes('"UnreadableRecordError"'))
    expect(reading).toHaveLength(Object.keys(functions).length)
    expect(JSON.stringify(all('AWS::CloudWatch::Alarm'))).toContain('unreadable-records-sweep-plan')
  })

  it('ring on each image that runs and cannot be pulled', () => {
    const filters = all('AWS::Logs::MetricFilter').filter(([, { Properties }]) =>
      String(Properties.FilterPattern).includes('"ImageInDangerError"'),
    )

    expect(filters.map(([id]) => id)).toEqual([expect.stringMatching(/^reconcile/)])
    expect(JSON.stringify(all('AWS::CloudWatch::Alarm'))).toContain('in-danger-reconcile')
  })

  it('I28 ring on the line of reconcile about what a registry is about to delete, for hours between its looks', () => {
    const lines = all('AWS::Logs::MetricFilter').filter(([, { Properties }]) =>
      String(Properties.FilterPattern).includes(`$.message = "${registryDeletesMessage}"`),
    )

    expect(lines.map(([id]) => id.replace(/registrydeletes.*$/, ''))).toEqual(['reconcile'])
    pipeline.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'registry-deletes-reconcile',
      Period: 3600,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
    })
  })

  it('ring on failures that the webhook itself answers with 5xx', () => {
    const [webhook] = all('AWS::Lambda::Function').flatMap(([id]) => (id.startsWith('webhook') ? [id] : []))

    pipeline.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Url5xxCount',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: webhook } }],
    })
  })

  it('ring for every function on what it fails at, what is refused to it, and its timeout, and for none twice', () => {
    const watched = all('AWS::CloudWatch::Alarm').flatMap(([id, { Properties }]) => {
      const [dimension] = (Properties.Dimensions ?? []) as { Name: string; Value: { Ref?: string } }[]
      const isOfFunction = dimension?.Name === 'FunctionName'
      return isOfFunction ? [{ id, of: dimension.Value.Ref ?? '', metric: String(Properties.MetricName) }] : []
    })
    const of = (metric: RegExp) => watched.filter(one => metric.test(one.metric)).map(one => one.of)
    const names = all('AWS::Lambda::Function').map(([id]) => id)

    for (const metric of [/^(Errors|Url5xxCount)$/, /^Throttles$/, /^Duration$/]) {
      expect(new Set(of(metric))).toEqual(new Set(names))
      expect(of(metric)).toHaveLength(names.length)
    }
  })

  it('53 show what the pipeline did on a dashboard that names every function and every queue', () => {
    const body = JSON.stringify(all('AWS::CloudWatch::Dashboard').map(([, { Properties }]) => Properties.DashboardBody))

    for (const name of [...Object.keys(functions), ...Object.keys(queues)])
      expect(body).toContain(`"label\\":\\"${name}`)
    expect(body).toContain('SyncsFailed')
  })

  it('may publish to their topic though it refuses plain text', () => {
    const policies = JSON.stringify(all('AWS::SNS::TopicPolicy'))

    expect(policies).toContain('"Service":"cloudwatch.amazonaws.com"')
  })
})

describe('functions', () => {
  it('have the time and memory of the wiring', () => {
    const found = all('AWS::Lambda::Function').map(([, { Properties }]) => [Properties.Timeout, Properties.MemorySize])

    expect(found).toEqual(Object.values(functions).map(({ timeoutSeconds, memoryMb }) => [timeoutSeconds, memoryMb]))
  })

  it('find names in their environment, never secrets', () => {
    const variables = all('AWS::Lambda::Function').flatMap(([, { Properties }]) =>
      Object.keys((Properties.Environment as { Variables: object } | undefined)?.Variables ?? {}),
    )

    expect(
      variables.filter(
        name =>
          !/^(TABLE_NAME|BUS_NAME|\w+_QUEUE_URL|ARCHIVE_BUCKET|KILL_SWITCH_PARAMETER|SEALING_KEY|INSTALLATION)$/.test(
            name,
          ),
      ),
    ).toEqual([])
    expect(JSON.stringify(pipeline.toJSON())).not.toContain('resolve:secretsmanager')
  })

  it('are traced where the configuration asks, and else are not', () => {
    const modes = (template: typeof pipeline) =>
      resourcesOf(template, 'AWS::Lambda::Function').map(
        ([, { Properties }]) => (Properties.TracingConfig as { Mode?: string } | undefined)?.Mode,
      )

    expect(new Set(modes(pipeline))).toEqual(new Set(['Active']))
    expect(new Set(modes(synthesize({ settings: {} }).pipeline))).toEqual(new Set([undefined]))
  })

  it('have no alarms of their own and no dashboard where the configuration wants none, and all others', () => {
    const { pipeline: less } = synthesize({ settings: {}, cloudWatch: { dashboard: false, functionAlarms: false } })
    const { pipeline: whole } = synthesize({ settings: {} })
    const alarmsOf = (template: typeof pipeline) =>
      resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))
    const gone = alarmsOf(whole).filter(id => !alarmsOf(less).includes(id))

    expect(resourcesOf(whole, 'AWS::CloudWatch::Dashboard')).toHaveLength(1)
    expect(resourcesOf(less, 'AWS::CloudWatch::Dashboard')).toHaveLength(0)
    expect(gone.length).toBeGreaterThan(10)
    expect(gone.filter(id => !/(errors|throttled|slow)$/.test(id))).toEqual([])
  })

  it('of metrics has an address where the settings name its secret, and none where they do not', () => {
    const { pipeline: without } = synthesize({ settings: {} })

    pipeline.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 2 })
    pipeline.hasOutput('MetricsUrl', {})
    expect(Object.keys(without.toJSON().Outputs)).not.toContain('MetricsUrl')
    without.resourceCountIs('AWS::Lambda::Url', 1)
  })

  it('of notifications is there where the settings name a receiver, and neither it nor its schedule where they do not', () => {
    const { pipeline: without } = synthesize({ settings: {} })
    const namesOf = (template: typeof pipeline) => Object.keys(template.toJSON().Resources)

    expect(namesOf(pipeline).filter(name => /^notify/.test(name))).not.toEqual([])
    expect(namesOf(without).filter(name => /^notify/.test(name))).toEqual([])
  })

  it('of the webhook take no more of the account than configured', () => {
    pipeline.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 20 })
    pipeline.resourceCountIs('AWS::Lambda::Url', 2)
  })
})

describe('state', () => {
  it.each(['AWS::DynamoDB::Table', 'AWS::Events::EventBus', 'AWS::S3::Bucket', 'AWS::SSM::Parameter', 'AWS::KMS::Key'])(
    'keeps its %s when the stack is deleted or the resource replaced',
    type => {
      const policies = resourcesOf(state, type).map(([, resource]) => [
        resource.DeletionPolicy,
        resource.UpdateReplacePolicy,
      ])

      expect(policies).not.toEqual([])
      expect(policies.flat().filter(policy => !policy?.startsWith('Retain'))).toEqual([])
    },
  )

  it('is a key that is renewed every year', () => {
    state.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true })
  })

  it('is a table that can be restored, cannot be deleted by accident, and has the keys that the store spells', () => {
    state.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: table.timeToLive, Enabled: true },
      KeySchema: [
        { AttributeName: table.partitionKey, KeyType: 'HASH' },
        { AttributeName: table.sortKey, KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: Object.values(table.indexes).map(index => ({
        IndexName: index.name,
        Projection: index.projected
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.projected] }
          : { ProjectionType: 'ALL' },
      })),
    })
  })

  it('is an archive that is private, versioned, encrypted and reached by TLS only', () => {
    state.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    })
    expect(JSON.stringify(resourcesOf(state, 'AWS::S3::BucketPolicy'))).toContain('"aws:SecureTransport":"false"')
    expect(JSON.stringify(resourcesOf(state, 'AWS::S3::Bucket'))).toContain('AES256')
  })

  it('lets layers end a day after what the settings promise, and manifests never', () => {
    const rules = (days?: number) =>
      resourcesOf(
        synthesize({ ...fullConfig, settings: { ...fullConfig.settings, ...(days && { layerArchiveDays: days }) } })
          .state,
        'AWS::S3::Bucket',
      ).map(([, { Properties }]) => (Properties.LifecycleConfiguration as { Rules: unknown }).Rules)

    expect(rules()).toEqual([
      [
        expect.objectContaining({
          Prefix: 'blobs/',
          Status: 'Enabled',
          ExpirationInDays: 31,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        }),
      ],
    ])
    expect(rules(90)).toEqual([[expect.objectContaining({ ExpirationInDays: 91 })]])
  })

  it('starts with the kill switch off', () => {
    state.hasResourceProperties('AWS::SSM::Parameter', { Name: '/shelflife/sweeps', Value: 'running' })
  })
})
