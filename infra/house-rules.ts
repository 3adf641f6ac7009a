import { Annotations, AspectPriority, Aspects, CfnResource, type IAspect, Stack, Tags, Token } from 'aws-cdk-lib'
import { Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam'
import type { IConstruct } from 'constructs'
import type { HouseRules } from './house-rules-config.ts'

/** Has everything in the scope follow the rules, also what constructs of others add to it. */
export function applyHouseRules(scope: IConstruct, rules: HouseRules): void {
  const aspects = Aspects.of(scope)
  const { permissionsBoundary, rolePath, kmsKey, secretKmsKeys, logRetentionDays } = rules
  aspects.add(
    overriding({
      'AWS::IAM::Role': {
        ...(permissionsBoundary !== undefined && { PermissionsBoundary: permissionsBoundary }),
        ...(rolePath !== undefined && { Path: rolePath }),
      },
      'AWS::Logs::LogGroup': logRetentionDays === undefined ? {} : { RetentionInDays: logRetentionDays },
    }),
  )
  for (const [key, value] of Object.entries(rules.tags)) Tags.of(scope).add(key, value)
  if (kmsKey !== undefined) aspects.add(overriding(encryptedWith(kmsKey)))
  // Before a role with more rights than fit into it hands some to policies of their own.
  aspects.add(new KeyUse(kmsKey, secretKmsKeys), { priority: AspectPriority.MUTATING - 1 })
}

type Overrides = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** By type and not by class: some of CDK's own helpers are plain resources. */
const overriding = (overrides: Overrides): IAspect => ({
  visit(node) {
    if (!CfnResource.isCfnResource(node)) return
    for (const [property, value] of Object.entries(overrides[node.cfnResourceType] ?? {}))
      node.addPropertyOverride(property, value)
  },
})

/** None of these properties makes a resource anew when it changes. */
const encryptedWith = (key: string): Overrides => ({
  'AWS::DynamoDB::Table': { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } },
  'AWS::S3::Bucket': {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          // One call of KMS for many objects.
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
        },
      ],
    },
  },
  'AWS::SQS::Queue': {
    KmsMasterKeyId: key,
    // An hour, so that a queue that is polled all day asks KMS a few thousand times a month.
    KmsDataKeyReusePeriodSeconds: 3600,
    SqsManagedSseEnabled: undefined,
  },
  'AWS::SNS::Topic': { KmsMasterKeyId: key },
  'AWS::Logs::LogGroup': { KmsKeyId: key },
  'AWS::Lambda::Function': { KmsKeyArn: key },
})

/** What DynamoDB asks of whoever reads and writes an encrypted table; the other services ask for less. */
const useOfKey = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
]

const encryptedServices = ['dynamodb', 's3', 'secretsmanager', 'sns', 'sqs']

/** Lets each role use the keys, by way of those services alone that its other rights are of. */
class KeyUse implements IAspect {
  readonly #key: string | undefined
  readonly #secretKeys: readonly string[]
  readonly #done = new Set<Role>()

  constructor(key: string | undefined, secretKeys: readonly string[]) {
    this.#key = key
    this.#secretKeys = secretKeys
  }

  visit(node: IConstruct): void {
    if (!(node instanceof Role) || this.#done.has(node)) return
    this.#done.add(node)
    const policies = node.node.children.filter(child => child instanceof Policy)
    const services = [
      ...policies.flatMap(servicesOf).filter(service => encryptedServices.includes(service)),
      // Its environment is opened as the function starts.
      ...(isOfFunction(node) ? ['lambda'] : []),
    ]
    this.#let(node, useOfKey, this.#key === undefined ? [] : [this.#key], services)
    this.#let(
      node,
      ['kms:Decrypt'],
      this.#secretKeys,
      services.filter(service => service === 'secretsmanager'),
    )
  }

  #let(role: Role, actions: string[], keys: readonly string[], services: readonly string[]): void {
    if (keys.length === 0 || services.length === 0) return
    const { region, urlSuffix } = Stack.of(role)
    const via = services.map(name => `${name}.${region}.${urlSuffix}`)
    const conditions = { StringEquals: { 'kms:ViaService': via } }
    role.addToPolicy(new PolicyStatement({ actions, resources: [...keys], conditions }))
  }
}

/** True for the role of a function. */
export const isOfFunction = (role: Role): boolean =>
  JSON.stringify(Stack.of(role).resolve(role.assumeRolePolicy)).includes('lambda.amazonaws.com')

/** The services whose actions a policy allows: `sqs` of `sqs:SendMessage`. */
export function servicesOf(policy: Policy): string[] {
  const document: unknown = Stack.of(policy).resolve(policy.document)
  const { Statement: statements = [] } = (document ?? {}) as { Statement?: { Action?: string | string[] }[] }
  const actions = statements.flatMap(({ Action: action = [] }) => action)
  return [...new Set(actions.map(action => action.split(':')[0] ?? action))]
}

/**
 * What the policy of the key must allow beside the roles, which is whose the key is to write: logs, the alarms that go to
 * the topic, and the rule of ECR's events, whose dead letters are encrypted too.
 */
export function keyPolicyStatements({ account, region, partition, urlSuffix }: Stack): object[] {
  const ofAccount = { StringEquals: { 'aws:SourceAccount': account } }
  return [
    {
      Effect: 'Allow',
      Principal: { Service: `logs.${region}.${urlSuffix}` },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: '*',
      Condition: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    },
    {
      Effect: 'Allow',
      Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
      Condition: ofAccount,
    },
  ]
}

/** Says what the key's policy must have; nothing can tell before the deploy whether it has. */
export function noteKeyPolicy(stack: Stack, { kmsKey }: HouseRules): void {
  if (kmsKey === undefined) return
  const shown = (text: string) =>
    text
      .replaceAll(stack.account, Token.isUnresolved(stack.account) ? 'ACCOUNT' : stack.account)
      .replaceAll(stack.region, Token.isUnresolved(stack.region) ? 'REGION' : stack.region)
      .replaceAll(stack.partition, 'aws')
      .replaceAll(stack.urlSuffix, 'amazonaws.com')
  Annotations.of(stack).addWarningV2(
    'shelflife:kms-key-policy',
    `the policy of ${kmsKey} must allow, beside the roles of the account, before the deploy:\n${shown(JSON.stringify(keyPolicyStatements(stack), null, 2))}`,
  )
}
