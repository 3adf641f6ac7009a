import { describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../infra/config.ts'
import type { Grants, Right } from '../../shared/domain/grants/grant.ts'
import { functions, queues } from '../../shared/wiring.ts'
import { fullConfig } from './full-config.ts'
import { resourcesOf, statementsByRole, synthesize } from './synthesized.ts'

const { pipeline, state, findings } = synthesize(fullConfig)
const statements = [...statementsByRole(pipeline), ...statementsByRole(state)]
const isExecutor = (role: string) => role.startsWith('sweepexecuterole')
const holders = (matches: (statement: (typeof statements)[number]) => boolean) => [
  ...new Set(statements.filter(matches).map(statement => statement.role)),
]

describe('rights', () => {
  it('to delete in a registry belong to the executor alone', () => {
    const deleters = holders(({ actions }) =>
      actions.some(action => /^(ecr(-public)?:(.*Delete|Put|\*)|\*)/.test(action)),
    )

    expect(deleters).toHaveLength(1)
    expect(deleters.every(isExecutor)).toBe(true)
  })

  it('to write manifests and layers into the archive belong to the executor alone', () => {
    const actions = ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload']

    for (const action of actions) expect(holders(one => one.actions.includes(action)).every(isExecutor)).toBe(true)
    expect(holders(one => actions.every(action => one.actions.includes(action)))).toHaveLength(1)
    expect(holders(one => one.actions.some(action => /^s3:.*Delete/.test(action)))).toEqual([])
  })

  it('F41 of a consumer let it hold, give back and delete messages of its own queues', () => {
    const needed = ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueUrl']
    const consuming = statementsByRole(pipeline).filter(({ actions }) => actions.includes('sqs:ReceiveMessage'))

    expect(consuming.map(({ actions }) => needed.filter(action => !actions.includes(action)))).toEqual(
      consuming.map(() => []),
    )
    expect(consuming.flatMap(({ resources }) => resources)).toHaveLength(Object.keys(queues).length)
  })

  it('to delete in ECR reach what grants with delete reach, and no more', () => {
    const arns = (settings: ConfigInput['settings']) =>
      statementsByRole(synthesize({ settings }).pipeline)
        .filter(({ actions }) => actions.includes('ecr:BatchDeleteImage'))
        .flatMap(({ resources }) =>
          resources.map(resource =>
            JSON.stringify(resource)
              .replace(/^.*:repository/, '')
              .replace(/"[\]}]+$/, ''),
          ),
        )
        .sort()
    const granted = (grants: Grants) => arns({ registries: [{ host: 'ecr.example.com', provider: 'ecr', grants }] })
    const may: Right[] = ['read', 'delete']
    const many = Array.from({ length: 100 }, (_, at) => ({ namespaces: ['a'], repositories: [`team-${at}/**`], may }))

    expect(arns(fullConfig.settings)).toEqual(['/apps/*/*', '/team-*/*', '/tools/cli'])
    expect(granted([{ clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}/**'], may }])).toEqual(['/*'])
    expect(granted(many)).toEqual(['/*'])
    expect(granted([{ namespaces: ['a'], repositories: ['a/**'], may: ['read'] }])).toEqual([])
    expect(granted([])).toEqual([])
    expect(granted('everyone')).toEqual([])
  })

  it('to move images into the archive of ECR belong to the executor alone, where it may delete', () => {
    const statements = (action: string) => statementsByRole(pipeline).filter(({ actions }) => actions.includes(action))
    const movers = holders(({ actions }) => actions.includes('ecr:UpdateImageStorageClass'))

    expect(movers).toHaveLength(1)
    expect(movers.every(isExecutor)).toBe(true)
    expect(statements('ecr:UpdateImageStorageClass').map(({ resources }) => resources)).toEqual(
      statements('ecr:BatchDeleteImage').map(({ resources }) => resources),
    )
  })

  it("to read a registry's own rules belong to sync alone", () => {
    const rights = ['ecr:GetLifecyclePolicy', 'ecr:DescribeRegistry', 'ecr:DescribePullThroughCacheRules']
    const readers = rights.flatMap(right => holders(({ actions }) => actions.includes(right)))

    expect(readers.map(role => role.replace(/role.*$/, ''))).toEqual(['sync', 'sync', 'sync'])
  })

  it('to the credential that deletes belong to the executor alone', () => {
    const readers = holders(
      ({ actions, resources }) =>
        actions.some(action => action.startsWith('secretsmanager:')) &&
        resources.some(resource => JSON.stringify(resource).includes('harbor/cleaner')),
    )

    expect(readers).toHaveLength(1)
    expect(readers.every(isExecutor)).toBe(true)
  })

  it('of the audit export are to read and move its position, and to publish', () => {
    const actions = statements.filter(({ role }) => role.startsWith('auditexportrole')).flatMap(one => one.actions)

    // What every scheduled function has beside: its log, its network, and where its failures go.
    expect([...new Set(actions)].filter(action => !/^(logs|ec2|sqs|xray):/.test(action)).sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'events:PutEvents',
    ])
  })

  it('never name an action by wildcard', () => {
    expect(statements.flatMap(({ actions }) => actions).filter(action => action.includes('*'))).toEqual([])
  })

  it('name all resources only where AWS knows no narrower', () => {
    const onAll = statements.filter(({ resources }) => resources.includes('*')).flatMap(({ actions }) => actions)

    expect([...new Set(onAll)].filter(action => !/^ec2:/.test(action)).sort()).toEqual([
      'apprunner:ListServices',
      'batch:DescribeJobDefinitions',
      'batch:DescribeJobQueues',
      'batch:DescribeJobs',
      'batch:DescribeServiceJob',
      'batch:ListJobs',
      'batch:ListServiceJobs',
      'bedrock-agentcore:ListAgentRuntimeEndpoints',
      'bedrock-agentcore:ListAgentRuntimeVersions',
      'bedrock-agentcore:ListAgentRuntimes',
      'cloudwatch:GetMetricData',
      'codebuild:ListProjects',
      'ecr:DescribePullThroughCacheRules',
      'ecr:DescribeRegistry',
      'ecs:DescribeDaemonTaskDefinition',
      'ecs:DescribeTaskDefinition',
      'ecs:ListClusters',
      'ecs:ListDaemonTaskDefinitions',
      'ecs:ListServices',
      'ecs:ListTaskDefinitions',
      'ecs:ListTasks',
      'emr-serverless:ListApplications',
      'lambda:ListFunctions',
      'sagemaker:ListAlgorithms',
      'sagemaker:ListDataQualityJobDefinitions',
      'sagemaker:ListEndpoints',
      'sagemaker:ListHyperParameterTuningJobs',
      'sagemaker:ListImageVersions',
      'sagemaker:ListImages',
      'sagemaker:ListInferenceComponents',
      'sagemaker:ListModelBiasJobDefinitions',
      'sagemaker:ListModelExplainabilityJobDefinitions',
      'sagemaker:ListModelPackages',
      'sagemaker:ListModelQualityJobDefinitions',
      'sagemaker:ListModels',
      'sagemaker:ListMonitoringSchedules',
      'sagemaker:ListPipelines',
      'sagemaker:ListProcessingJobs',
      'sagemaker:ListTrainingJobs',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ])
  })

  it('of metrics are to read the table, the switch, its secret, and how much lies in each queue', () => {
    const actions = statements.filter(({ role }) => role.startsWith('metricsrole')).flatMap(one => one.actions)

    expect([...new Set(actions)].filter(action => !/^(logs|ec2|xray):/.test(action)).sort()).toEqual([
      'cloudwatch:GetMetricData',
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'secretsmanager:GetSecretValue',
      'sqs:GetQueueAttributes',
      'ssm:GetParameter',
    ])
  })

  it('of notify are to read the table, to write what was told, and its own secrets and topics', () => {
    const own = statements.filter(({ role }) => role.startsWith('notifyrole'))
    const actions = own.flatMap(one => one.actions).filter(action => !/^(logs|ec2|xray):/.test(action))

    expect([...new Set(actions)].sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'secretsmanager:GetSecretValue',
      'sns:Publish',
      // Its failed runs, into the dead letters of its schedule.
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:SendMessage',
      'ssm:GetParameter',
    ])
  })

  it('of the webhook are to send hints, to read its own secrets, and to write what was delivered and no other item', () => {
    const own = statements.filter(({ role }) => role.startsWith('webhookrole'))
    const actions = own.flatMap(one => one.actions).filter(action => !/^(logs|ec2|xray):/.test(action))
    const writes = resourcesOf(pipeline, 'AWS::IAM::Policy')
      .map(([, { Properties }]) => JSON.stringify(Properties))
      .filter(text => text.includes('DELIVERIES#*'))

    expect([...new Set(actions)].sort()).toEqual([
      'dynamodb:PutItem',
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ])
    expect(writes).toHaveLength(1)
    expect(writes[0]).toContain('"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["DELIVERIES#*"]}')
    expect(writes[0]).toContain('"Null":{"dynamodb:LeadingKeys":["false"]}')
  })

  it('of notify write what was told and no other item, nor where a request names no key', () => {
    const writing = statements.filter(
      ({ role, actions }) =>
        role.startsWith('notifyrole') && actions.some(action => /^dynamodb:.*(Put|Write|Update)/.test(action)),
    )

    expect(writing.map(({ actions, condition }) => [actions, condition])).toEqual([
      [
        ['dynamodb:PutItem'],
        {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['TOLD#*'] },
          Null: { 'dynamodb:LeadingKeys': ['false'] },
        },
      ],
    ])
  })

  it('to count up in place are of sync alone', () => {
    const counting = holders(({ actions }) => actions.includes('dynamodb:UpdateItem'))

    expect(counting.map(role => role.replace(/role.*$/, ''))).toEqual(['sync'])
  })

  it('never take an item from the table; only reconcile, which migrates it, may scan it', () => {
    const onTable = statements.flatMap(({ actions }) => actions.filter(action => action.startsWith('dynamodb:')))

    expect(onTable).not.toContain('dynamodb:DeleteItem')
    const scanning = statements.filter(({ actions }) => actions.includes('dynamodb:Scan'))
    expect(scanning.map(({ role }) => role.split('role')[0])).toEqual(['reconcile'])
  })

  it('to a secret are to that secret, or to the mirrored pull secrets', () => {
    const secrets = statements
      .filter(({ actions }) => actions.some(action => action.startsWith('secretsmanager:')))
      .flatMap(({ resources }) => resources.map(resource => JSON.stringify(resource)))

    for (const secret of secrets) expect(secret).toMatch(/secret:(shelflife\/pull\/\*|[a-z/]+-\?{6})"/)
  })

  it('to write a secret are of nobody', () => {
    const writing = holders(({ actions }) => actions.some(action => /^secretsmanager:(Put|Create|Update)/.test(action)))

    expect(writing).toEqual([])
  })

  it('to delete a secret are of reconcile alone, for the copies that versions before made', () => {
    const deleting = statements.filter(({ actions }) => actions.includes('secretsmanager:DeleteSecret'))

    expect(deleting).toHaveLength(1)
    expect(deleting.every(({ role }) => role.startsWith('reconcilerole'))).toBe(true)
    expect(deleting.flatMap(({ resources }) => resources.map(one => JSON.stringify(one)))).toEqual([
      expect.stringContaining('secret:shelflife/pull/*'),
    ])
  })

  it('to the key of the copies are to seal, of reconcile, and to open, of reconcile and sync', () => {
    const onKeys = statements.filter(({ actions }) => actions.some(action => action.startsWith('kms:')))
    const [key = ''] = resourcesOf(state, 'AWS::KMS::Key').map(([id]) => id)
    const held = onKeys.flatMap(({ role, actions }) => actions.map(action => `${role.split('role')[0]} ${action}`))

    expect(held.sort()).toEqual(['reconcile kms:Decrypt', 'reconcile kms:GenerateDataKey', 'sync kms:Decrypt'])
    for (const resource of onKeys.flatMap(({ resources }) => resources)) expect(JSON.stringify(resource)).toContain(key)
  })

  it('to the key of the copies are given to no one by the key itself, but for the account, whose roles say who', () => {
    const policies = resourcesOf(state, 'AWS::KMS::Key').map(([, { Properties }]) => Properties.KeyPolicy)
    const given = (policies as { Statement: { Principal: { AWS: unknown } }[] }[]).flatMap(({ Statement }) =>
      Statement.map(({ Principal }) => JSON.stringify(Principal)),
    )

    expect(given).toEqual([expect.stringContaining(':root"')])
  })

  it('are one role for each function, and no managed policies', () => {
    const used = resourcesOf(pipeline, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      JSON.stringify(Properties.Role),
    )
    const managed = resourcesOf(pipeline, 'AWS::IAM::Role').filter(([, role]) => role.Properties.ManagedPolicyArns)

    expect(new Set(used).size).toBe(Object.keys(functions).length)
    expect(managed).toEqual([])
  })

  it('to ECR are not given where no ECR registry is configured', () => {
    const without = synthesize({ settings: { registries: [{ host: 'harbor.example.com' }] } }).pipeline

    expect(
      statementsByRole(without)
        .flatMap(({ actions }) => actions)
        .filter(action => action.startsWith('ecr:')),
    ).toEqual([])
    expect(resourcesOf(without, 'AWS::Events::Rule')).toHaveLength(0)
  })
})

describe('rights to list what runs on AWS', () => {
  // The schedules invoke functions; that is no right of a function.
  const isListing = (action: string) =>
    /^(lambda|ecs|apprunner|batch|codebuild|sagemaker|emr-serverless|bedrock-agentcore|sts):(?!InvokeFunction$)/.test(
      action,
    )
  const listing = statements.filter(({ actions }) => actions.some(isListing))

  it('belong to the inventory and to the executor, which looks itself', () => {
    const roles = holders(({ actions }) => actions.some(isListing)).map(role => role.replace(/role.*$/, ''))

    expect(roles.sort()).toEqual(['inventory', 'sweepexecute'])
  })

  it('change nothing', () => {
    const actions = listing.flatMap(one => one.actions.filter(isListing))
    const others = actions.filter(action => !/^[\w-]+:(List|Describe|Get|BatchGet)/.test(action))

    expect(new Set(others)).toEqual(new Set(['sts:AssumeRole']))
  })

  it('are of the regions that the settings name, the own one where they name none', () => {
    const ofFunctions = listing.filter(({ actions }) => actions.includes('lambda:GetFunction'))
    const shown = ofFunctions.flatMap(({ resources }) => resources.map(one => JSON.stringify(one)))

    expect(new Set(shown.map(one => /:lambda:("?,?\{"Ref":"AWS::Region"\}|[a-z0-9-]+)/.exec(one)?.[1]))).toHaveLength(2)
    expect(shown.some(one => one.includes(':lambda:us-east-1:'))).toBe(true)
  })

  it('of another account are its role, and nothing else', () => {
    const roles = listing.filter(({ actions }) => actions.includes('sts:AssumeRole')).flatMap(one => one.resources)
    const only = { name: 'shop', region: 'eu-west-1', roleArn: 'arn:aws:iam::210987654321:role/list' }
    const foreign = statementsByRole(synthesize({ settings: { awsWorkloads: [only] } }).pipeline)

    expect(new Set(roles)).toEqual(new Set(['arn:aws:iam::210987654321:role/shelflife-list']))
    expect(new Set(foreign.flatMap(({ actions }) => actions.filter(isListing)))).toEqual(new Set(['sts:AssumeRole']))
  })

  it('are not given where the settings name no source', () => {
    const without = synthesize({ settings: { registries: [{ host: 'harbor.example.com' }] } }).pipeline

    expect(statementsByRole(without).flatMap(({ actions }) => actions.filter(isListing))).toEqual([])
  })
})

describe('cdk-nag', () => {
  it('has no findings', () => {
    expect(findings).toEqual([])
  })

  it('has no findings where account and region are fixed', () => {
    const fixed = synthesize({ ...fullConfig, env: { account: '123456789012', region: 'eu-west-1' } })

    expect(fixed.findings).toEqual([])
  })
})
