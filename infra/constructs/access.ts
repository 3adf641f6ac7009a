import { Resource, Stack, Validations } from 'aws-cdk-lib'
import type { EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { table as keys } from '../../shared/adapters/store/table.ts'
import type { InstallationNames } from '../../shared/installation-names.ts'
import { type Settings, webhookSecretsOf } from '../../shared/settings.ts'
import { type Access, environmentNames, type QueueName } from '../../shared/wiring.ts'
import { awsWorkloadGrants } from './aws-workload-grants.ts'
import type { ClusterRoles } from './cluster-roles.ts'
import { readCopies } from './ecr-copy-grants.ts'
import { checkPublic, deletePublic, readPublic, restorePublic } from './ecr-public-grants.ts'
import { deletableEcrArns, ecrArns, ecrDeleterRoles, ecrReaderRoles } from './ecr-registries.ts'
import { clusterRoleGrants } from './eks-access.ts'
import type { Grant } from './grant.ts'
import type { KeptArchive, KeptTable } from './kept-state.ts'

/** What the words of the wiring reach. */
export interface AccessTargets {
  readonly table: KeptTable
  readonly bus: EventBus
  readonly archive: KeptArchive
  readonly killSwitch: StringParameter
  readonly sealingKey: Key
  readonly queues: Readonly<Record<QueueName, Queue>>
  readonly settings: Settings
  readonly names: InstallationNames
  /** Absent: the settings name no cluster of EKS. */
  readonly clusterRoles?: ClusterRoles | undefined
}

const readTable = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']
// Nothing deletes an item: what is over is marked, and expires.
const writeTable = [...readTable, 'dynamodb:PutItem', 'dynamodb:BatchWriteItem']
const readSecret = ['secretsmanager:GetSecretValue']
const readEcr = [
  // Of ListImageReferrers too, which is no action of its own.
  'ecr:BatchGetImage',
  'ecr:DescribeImages',
  'ecr:DescribeRepositories',
  'ecr:GetDownloadUrlForLayer',
]
const pushToEcr = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
]
const assume = ['sts:AssumeRole']
const ofRegistries = 'the repositories of a registry are not known before they are pushed'
const ofGrants = 'the grants of the settings name repositories by pattern'
const ofPullSecrets = 'versions before named these secrets after RegistrySecret objects, which users create at any time'

const grants: Readonly<Record<Access, (targets: AccessTargets, stack: Stack) => readonly Grant[]>> = {
  'table:read': targets => [tableGrant(targets, readTable)],
  'table:write': targets => [tableGrant(targets, writeTable)],
  'table:scan': targets => [tableGrant(targets, ['dynamodb:Scan'])],
  'table:count': targets => [tableGrant(targets, ['dynamodb:UpdateItem'])],
  'table:tell': targets => [putBelow(keys.toldPrefix, targets)],
  'table:note-deliveries': targets => [putBelow(keys.deliveryPrefix, targets)],
  'bus:publish': ({ bus }) => [
    {
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      environment: { [environmentNames.bus]: bus.eventBusName },
    },
  ],
  'queue:hints:send': ({ queues }) => [sendGrant(queues.hints, environmentNames.hintsQueue)],
  'queue:reconcile:send': ({ queues }) => [sendGrant(queues.reconcile, environmentNames.reconcileQueue)],
  'queue:sync:send': ({ queues }) => [sendGrant(queues.sync, environmentNames.syncQueue)],
  'queue:sweep:send': ({ queues }) => [sendGrant(queues.sweep, environmentNames.sweepQueue)],
  'queues:measure': ({ queues }) => [
    ...Object.entries(queueVariables).map(([name, variable]) => ({
      ...sendGrant(queues[name as QueueName], variable),
      actions: ['sqs:GetQueueAttributes'],
    })),
    {
      actions: ['cloudwatch:GetMetricData'],
      resources: ['*'],
      wildcard: 'the values of a metric are of no resource that a right could name',
    },
  ],
  'archive:write': ({ archive }) => [
    {
      // To write a layer in parts is to put an object; to end it half-way is not.
      actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
      resources: [`${arnOfArchive(archive)}/*`],
      environment: { [environmentNames.archive]: archive.bucketName },
      wildcard: 'manifests and layers are stored under their digests, which are not known before',
    },
    // Without it S3 answers 403, not 404, for a manifest that is not there.
    { actions: ['s3:ListBucket'], resources: [archive.bucketArn] },
  ],
  'secrets:webhook': ({ settings }, stack) => [
    {
      actions: readSecret,
      resources: secretArns(stack, webhookSecretsOf(settings)),
    },
  ],
  'secrets:metrics': ({ settings }, stack) => [
    { actions: readSecret, resources: secretArns(stack, [settings.metrics?.secret]) },
  ],
  'secrets:notifications': ({ settings }, stack) => [
    {
      actions: readSecret,
      resources: secretArns(
        stack,
        settings.notifications.map(receiver => (receiver.kind === 'email' ? undefined : receiver.secret)),
      ),
    },
  ],
  'topics:publish': ({ settings }) => [
    {
      actions: ['sns:Publish'],
      resources: settings.notifications.flatMap(receiver => (receiver.kind === 'email' ? receiver.topicArn : [])),
    },
  ],
  'secrets:cluster': ({ settings, clusterRoles }, stack) => [
    ...clusterRoleGrants(clusterRoles?.reader),
    {
      actions: readSecret,
      resources: secretArns(
        stack,
        settings.clusters.map(cluster => cluster.kubeconfigSecret),
      ),
    },
  ],
  'secrets:cluster:executor': ({ settings, clusterRoles }, stack) => [
    ...clusterRoleGrants(clusterRoles?.executor),
    {
      actions: readSecret,
      resources: secretArns(
        stack,
        settings.clusters.map(cluster => cluster.executorKubeconfigSecret ?? cluster.kubeconfigSecret),
      ),
    },
  ],
  'secrets:pull': ({ settings }, stack) => [
    {
      actions: readSecret,
      resources: secretArns(
        stack,
        settings.registries.map(registry => registry.pullSecret),
      ),
    },
  ],
  // What versions before left: read until it is sealed in the table, and then deleted.
  'secrets:copies:read': ({ names }, stack) => [copiesGrant(names, stack, readSecret)],
  'secrets:copies:delete': ({ names }, stack) => [copiesGrant(names, stack, ['secretsmanager:DeleteSecret'])],
  'secrets:delete': ({ settings }, stack) => [
    {
      actions: readSecret,
      resources: secretArns(
        stack,
        settings.registries.map(registry => registry.deleteSecret),
      ),
    },
  ],
  'copies:seal': targets => [keyGrant(targets, 'kms:GenerateDataKey')],
  'copies:open': targets => [keyGrant(targets, 'kms:Decrypt')],
  'ecr:read': ({ settings }, stack) => [
    { actions: readEcr, resources: ecrArns(settings, stack), wildcard: ofRegistries },
    ...readPublic(settings, stack),
  ],
  'ecr:check': ({ settings }, stack) => [
    { actions: ['ecr:DescribeRepositories'], resources: ecrArns(settings, stack), wildcard: ofRegistries },
    ...checkPublic(settings),
  ],
  'ecr:rules:read': ({ settings }, stack) => [
    { actions: ['ecr:GetLifecyclePolicy'], resources: ecrArns(settings, stack), wildcard: ofRegistries },
    ...readCopies(settings, stack),
  ],
  'ecr:delete': ({ settings }, stack) => [
    {
      actions: ['ecr:BatchDeleteImage', 'ecr:ListTagsForResource'],
      resources: deletableEcrArns(settings, stack),
      wildcard: ofGrants,
    },
    ...deletePublic(settings, stack),
  ],
  'ecr:archive': ({ settings }, stack) => [
    { actions: ['ecr:UpdateImageStorageClass'], resources: deletableEcrArns(settings, stack), wildcard: ofGrants },
  ],
  'ecr:restore': ({ settings }, stack) => [
    { actions: pushToEcr, resources: deletableEcrArns(settings, stack), wildcard: ofGrants },
    ...restorePublic(settings, stack),
  ],
  'ecr:role:read': ({ settings }) => [{ actions: assume, resources: ecrReaderRoles(settings) }],
  'ecr:role:delete': ({ settings }) => [{ actions: assume, resources: ecrDeleterRoles(settings) }],
  'aws-workloads:read': ({ settings }, stack) => awsWorkloadGrants(settings, stack),
  'kill-switch:read': ({ killSwitch }) => [
    {
      actions: ['ssm:GetParameter'],
      resources: [killSwitch.parameterArn],
      environment: { [environmentNames.killSwitch]: killSwitch.parameterName },
    },
  ],
}

/** One that the state stack did not make is not its own to export. */
const arnOfArchive = (archive: KeptArchive): string =>
  Resource.isOwnedResource(archive) ? Stack.of(archive).exportValue(archive.bucketArn) : archive.bucketArn

/** Gives a function's role what the words say, and the function the environment that goes with it. */
export function grantAccess(
  lambda: LambdaFunction,
  role: Role,
  words: readonly Access[],
  targets: AccessTargets,
): void {
  for (const grant of words.flatMap(word => grants[word](targets, Stack.of(role)))) {
    for (const [name, value] of Object.entries(grant.environment ?? {})) lambda.addEnvironment(name, value)
    if (grant.resources.length === 0) continue
    const { conditions } = grant
    role.addToPolicy(
      new PolicyStatement({
        actions: [...grant.actions],
        resources: [...grant.resources],
        ...(conditions && { conditions }),
      }),
    )
    for (const resource of grant.resources)
      if (grant.wildcard && resource.includes('*')) acknowledgeWildcard(role, resource, grant.wildcard)
  }
}

/** cdk-nag names a finding after the resource as the template spells it, with references in angle brackets. */
export function acknowledgeWildcard(role: Role, resource: string, reason: string): void {
  const resolved: unknown = Stack.of(role).resolve(resource)
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${flat(resolved)}]`, reason })
}

function flat(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved
  const node = resolved as { 'Fn::Join'?: [string, unknown[]]; 'Fn::ImportValue'?: string; Ref?: string }
  if (node['Fn::ImportValue']) return node['Fn::ImportValue']
  return node['Fn::Join'] ? node['Fn::Join'][1].map(flat).join(node['Fn::Join'][0]) : `<${node.Ref}>`
}

/** To put items of one kind, and no others. */
const putBelow = (prefix: string, targets: AccessTargets): Grant => ({
  ...tableGrant(targets, ['dynamodb:PutItem']),
  resources: [targets.table.tableArn],
  // The first alone is true of a request that names no key.
  conditions: {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] },
    Null: { 'dynamodb:LeadingKeys': ['false'] },
  },
})

const tableGrant = ({ table }: AccessTargets, actions: readonly string[]): Grant => ({
  actions,
  resources: [table.tableArn, ...Object.values(keys.indexes).map(index => `${table.tableArn}/index/${index.name}`)],
  environment: { [environmentNames.table]: table.tableName },
})

const queueVariables: Readonly<Record<QueueName, string>> = {
  hints: environmentNames.hintsQueue,
  sync: environmentNames.syncQueue,
  reconcile: environmentNames.reconcileQueue,
  sweep: environmentNames.sweepQueue,
}

const sendGrant = (queue: Queue, variable: string): Grant => ({
  actions: ['sqs:SendMessage'],
  resources: [queue.queueArn],
  environment: { [variable]: queue.queueUrl },
})

const copiesGrant = (names: InstallationNames, stack: Stack, actions: readonly string[]): Grant => ({
  actions,
  resources: [secretArn(stack, `${names.pullSecretPrefix}*`)],
  wildcard: ofPullSecrets,
})

const keyGrant = ({ sealingKey }: AccessTargets, action: string): Grant => ({
  actions: [action],
  resources: [sealingKey.keyArn],
  environment: { [environmentNames.sealingKey]: sealingKey.keyArn },
})

/** The ARNs of secrets that the settings name; AWS ends each with six random characters that are not known beforehand. */
const secretArns = (stack: Stack, ids: readonly (string | undefined)[]): string[] =>
  [...new Set(ids.filter(id => id !== undefined))].map(id =>
    id.startsWith('arn:') ? id : secretArn(stack, `${id}-??????`),
  )

const secretArn = (stack: Stack, resource: string): string =>
  `arn:${stack.partition}:secretsmanager:${stack.region}:${stack.account}:secret:${resource}`
