import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../infra/config.ts'
import { fullConfig } from './full-config.ts'
import { type Resource, resourcesOf, statementsByRole, synthesize } from './synthesized.ts'

const kmsKey = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const otherKey = 'arn:aws:kms:eu-west-1:123456789012:key/99999999-2222-3333-4444-555555555555'
const permissionsBoundary = 'arn:aws:iam::123456789012:policy/platform/boundary'
// Another region of ECR has a function of CDK's own made.
const config = {
  ...fullConfig,
  env: { account: '123456789012', region: 'us-east-1' },
  settings: fullConfig.settings,
}
const houseRules = {
  permissionsBoundary,
  rolePath: '/platform/shelflife/',
  tags: { 'cost-center': '4711', owner: 'platform' },
  kmsKey: kmsKey.replace('eu-west-1', 'us-east-1'),
  secretKmsKeys: [otherKey],
  logRetentionDays: 365,
}
const plain = synthesize(config)
const ruled = synthesize({ ...config, houseRules })
const stacks = [ruled.state, ruled.work, ruled.pipeline]
const propertiesOf = (template: Template, type: string): Resource['Properties'][] =>
  resourcesOf(template, type).map(([, { Properties }]) => Properties)
const all = (type: string) => stacks.flatMap(template => propertiesOf(template, type))

it('bounds and places every role, those of helpers of CDK among them', () => {
  const roles = all('AWS::IAM::Role')

  expect(JSON.stringify(resourcesOf(ruled.pipeline, 'AWS::Lambda::Function'))).toContain(
    'AWS679f53fac002430cb0da5b7982bd2287',
  )
  expect(roles.length).toBeGreaterThan(10)
  for (const role of roles)
    expect(role).toMatchObject({ PermissionsBoundary: permissionsBoundary, Path: '/platform/shelflife/' })
})

it.each([
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SNS::Topic',
  'AWS::Logs::LogGroup',
  'AWS::Lambda::Function',
  'AWS::IAM::Role',
])('tags each %s', type => {
  const tags = all(type).map(({ Tags }) => Tags)

  expect(tags.length).toBeGreaterThan(0)
  for (const of of tags)
    expect(of).toEqual(
      expect.arrayContaining([
        { Key: 'cost-center', Value: '4711' },
        { Key: 'owner', Value: 'platform' },
      ]),
    )
})

it.each([
  [
    'AWS::DynamoDB::Table',
    { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: houseRules.kmsKey } },
  ],
  ['AWS::SQS::Queue', { KmsMasterKeyId: houseRules.kmsKey }],
  ['AWS::SNS::Topic', { KmsMasterKeyId: houseRules.kmsKey }],
  ['AWS::Logs::LogGroup', { KmsKeyId: houseRules.kmsKey, RetentionInDays: 365 }],
  ['AWS::Lambda::Function', { KmsKeyArn: houseRules.kmsKey }],
])('encrypts each %s with the key of the house', (type, properties) => {
  const found = all(type)

  expect(found.length).toBeGreaterThan(0)
  for (const one of found) expect(one).toMatchObject(properties)
})

it('encrypts the archive with the key of the house, and no queue with two keys', () => {
  expect(JSON.stringify(all('AWS::S3::Bucket'))).toContain(`"KMSMasterKeyID":"${houseRules.kmsKey}"`)
  for (const queue of all('AWS::SQS::Queue')) expect(queue).not.toHaveProperty('SqsManagedSseEnabled')
})

describe('the use of a key', () => {
  const viaOf = (role: string, key: string) =>
    statementsByRole(ruled.pipeline)
      .filter(one => one.role.startsWith(role) && one.resources.includes(key))
      .flatMap(({ condition }) => JSON.stringify(condition).match(/[a-z0-9]+(?=\.us-east-1\.)/g) ?? [])

  it('is by way of the services alone that the function calls', () => {
    expect(viaOf('webhookrole', houseRules.kmsKey).sort()).toEqual(['dynamodb', 'lambda', 'secretsmanager', 'sqs'])
    expect(viaOf('sweepexecuterole', houseRules.kmsKey)).toContain('s3')
    expect(viaOf('webhookrole', houseRules.kmsKey)).not.toContain('s3')
    expect(viaOf('notifyrole', houseRules.kmsKey)).toContain('sns')
  })

  it('of secrets is to open them', () => {
    const { actions } = statementsByRole(ruled.pipeline).find(one => one.resources.includes(otherKey)) ?? {
      actions: [],
    }

    expect(actions).toEqual(['kms:Decrypt'])
    expect(viaOf('webhookrole', otherKey)).toEqual(['secretsmanager'])
    expect(viaOf('auditexportrole', otherKey)).toEqual([])
  })

  it('is what its policy must allow to logs, alarms and events, and the synth says how', () => {
    expect(ruled.warnings).toContainEqual(expect.stringContaining(`the policy of ${houseRules.kmsKey} must allow`))
    expect(ruled.warnings).toContainEqual(expect.stringContaining('logs.us-east-1.amazonaws.com'))
    expect(ruled.warnings).toContainEqual(expect.stringContaining('cloudwatch.amazonaws.com'))
  })
})

it('leaves the switch of all sweeps as it is: an update of it would let paused sweeps go on', () => {
  const switchOf = (template: Template) =>
    propertiesOf(template, 'AWS::SSM::Parameter').find(({ Name }) => Name === '/shelflife/sweeps')

  expect(switchOf(ruled.state)).toMatchObject({ Value: 'running' })
  expect(switchOf(ruled.state)).toEqual(switchOf(plain.state))
})

it('keeps every finding of cdk-nag explained', () => {
  expect(ruled.findings).toEqual([])
})

it('without rules changes nothing: no key, no boundary, no path, no tag', () => {
  const text = JSON.stringify([plain.state, plain.work, plain.pipeline])

  for (const word of ['PermissionsBoundary', 'KmsMasterKeyId', 'KmsKeyId', 'KmsKeyArn', '"Path":', 'kms:ViaService'])
    expect(text).not.toContain(word)
  const idsOf = (template: Template) => Object.keys(template.toJSON().Resources)
  expect(idsOf(ruled.state)).toEqual(idsOf(plain.state))
  expect(idsOf(ruled.work)).toEqual(idsOf(plain.work))
  expect(idsOf(ruled.pipeline)).toEqual(idsOf(plain.pipeline))
})

describe('a mistake', () => {
  it.each([
    [
      { permissionsBoundary: 'boundary' },
      'config.houseRules.permissionsBoundary: expected the ARN of a managed policy',
    ],
    [{ rolePath: 'platform' }, 'config.houseRules.rolePath: expected a path that begins and ends in a slash'],
    [{ tags: { 'aws:x': '1' } }, 'config.houseRules.tags: expected keys that do not begin with aws:'],
    [
      { kmsKey: 'arn:aws:kms:eu-west-1:123456789012:alias/house' },
      'config.houseRules.kmsKey: expected the ARN of a KMS key, not of an alias',
    ],
    [{ logRetentionDays: 100 }, 'config.houseRules.logRetentionDays: expected one of 1, 3, 5, 7, 14'],
  ])('of %j is told by its field', (rules, message) => {
    expect(() => parseConfig({ houseRules: rules, settings: {} })).toThrow(message)
  })

  it('is a key of another region', () => {
    expect(() => parseConfig({ env: { region: 'eu-west-2' }, houseRules: { kmsKey }, settings: {} })).toThrow(
      'config.houseRules.kmsKey: expected a key in eu-west-2, the region of env, got one in eu-west-1',
    )
  })
})
