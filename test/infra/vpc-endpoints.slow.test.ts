import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../infra/config.ts'
import { fullConfig } from './full-config.ts'
import { resourcesOf, synthesize } from './synthesized.ts'

const vpc = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
  securityGroupIds: ['sg-0123456789abcdef0'],
  availabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1a'],
  routeTableIds: ['rtb-0123456789abcdef0'],
}
const endpointsOf = (config: Parameters<typeof synthesize>[0]) =>
  resourcesOf(synthesize(config).pipeline, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) => Properties)
const nameOf = ({ ServiceName }: { ServiceName?: unknown }) =>
  /([a-z0-9-]+(\.api)?)"\]?\]?\}?$/.exec(JSON.stringify(ServiceName))?.[1]

describe('the endpoints of the services that functions call', () => {
  const made = endpointsOf({ ...fullConfig, vpc: { ...vpc, endpoints: 'create' } })

  it('are made, gateways for table and archive among them', () => {
    expect(made.map(nameOf).sort()).toEqual([
      'apprunner',
      'batch',
      'bedrock-agentcore-control',
      'codebuild',
      'dynamodb',
      'ecr.api',
      'ecs',
      'emr-serverless',
      'events',
      'kms',
      'lambda',
      'monitoring',
      's3',
      'sagemaker.api',
      'secretsmanager',
      'sns',
      'sqs',
      'ssm',
      'sts',
    ])
    expect(
      made
        .filter(one => one.VpcEndpointType === 'Gateway')
        .map(nameOf)
        .sort(),
    ).toEqual(['dynamodb', 's3'])
  })

  it('are not made of a service that the region lacks', () => {
    const env = { account: '123456789012', region: 'eu-north-1' }
    const settings = { awsWorkloads: [{ name: 'here' }] }

    const names = endpointsOf({ env, vpc: { ...vpc, endpoints: 'create' }, settings }).map(nameOf)

    expect(names).toContain('bedrock-agentcore-control')
    expect(names).not.toContain('apprunner')
  })

  it('are told of where they are of services that not every region has, and nobody names the region', () => {
    const settings = { awsWorkloads: [{ name: 'here' }] }
    const told = (config: object) =>
      synthesize({ vpc: { ...vpc, endpoints: 'create' }, settings, ...config }).warnings.filter(text =>
        text.includes("vpc.endpoints: 'create'"),
      )

    expect(told({})).toEqual([
      expect.stringContaining(
        'makes the endpoints apprunner, codebuild, sagemaker.api, emr-serverless, bedrock-agentcore-control, which not every region has',
      ),
    ])
    expect(told({ env: { account: '123456789012', region: 'eu-north-1' } })).toEqual([])
    expect(told({ settings: { awsWorkloads: [{ name: 'here', services: ['ecs', 'lambda'] }] } })).toEqual([])
  })

  it('stand in one subnet of each zone', () => {
    const subnets = made.flatMap(({ SubnetIds }) => (SubnetIds === undefined ? [] : [SubnetIds]))

    expect(subnets).toEqual(subnets.map(() => ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1']))
  })

  it('take calls from the functions alone', () => {
    const groups = resourcesOf(
      synthesize({ ...fullConfig, vpc: { ...vpc, endpoints: 'create' } }).pipeline,
      'AWS::EC2::SecurityGroup',
    )

    expect(groups.map(([, { Properties }]) => Properties.SecurityGroupIngress)).toEqual([
      [expect.objectContaining({ SourceSecurityGroupId: 'sg-0123456789abcdef0', FromPort: 443, ToPort: 443 })],
    ])
  })

  it('are those too that are called as roles of other accounts', () => {
    const roleArn = 'arn:aws:iam::210987654321:role/shelflife'
    const settings = {
      clusters: [{ name: 'shop', eks: { clusterName: 'shop', roleArn } }],
      awsWorkloads: [{ name: 'aws-shop', roleArn, services: ['ecs' as const] }],
      registries: [
        { host: '210987654321.dkr.ecr.eu-west-1.amazonaws.com', provider: 'ecr' as const, roleArn, grants: [] },
      ],
    }

    const names = endpointsOf({ vpc: { ...vpc, endpoints: 'create' }, settings }).map(nameOf)

    expect(names).toEqual(expect.arrayContaining(['ecr.api', 's3', 'eks', 'ecs', 'sts']))
    expect(names).not.toContain('batch')
  })

  it('are those alone that are needed', () => {
    const names = endpointsOf({ vpc: { ...vpc, endpoints: 'create' }, settings: {} }).map(nameOf)

    expect(names).not.toContain('ecr.api')
    expect(names).not.toContain('ecs')
    expect(names).toContain('sqs')
  })
})

it('are named with their price where nobody says that they are there', () => {
  const { warnings } = synthesize({ ...fullConfig, vpc })

  expect(warnings).toContainEqual(expect.stringMatching(/the gateways dynamodb, s3, .* in 2 zones/))
  expect(endpointsOf({ ...fullConfig, vpc })).toEqual([])
})

it('are no matter where they are given', () => {
  const { warnings } = synthesize({ ...fullConfig, vpc: { ...vpc, endpoints: 'given' } })

  expect(warnings.filter(text => text.includes('endpoints'))).toEqual([])
})

it('need the route tables of the subnets for the gateways', () => {
  const { routeTableIds: _, ...without } = vpc

  expect(() => parseConfig({ vpc: { ...without, endpoints: 'create' }, settings: {} })).toThrow(
    "config.vpc.routeTableIds: expected those of the subnets, for the gateways of vpc.endpoints 'create', got none",
  )
})
