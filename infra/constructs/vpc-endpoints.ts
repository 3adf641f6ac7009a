import { Annotations, Stack, Token } from 'aws-cdk-lib'
import { CfnSecurityGroup, CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2'
import { Policy, Role } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { awsServices, isNotEverywhere, mayLack } from '../../shared/domain/aws-services.ts'
import { isByRole, isPublic, type Settings } from '../../shared/settings.ts'
import type { Config } from '../config.ts'
import { isOfFunction, servicesOf } from '../house-rules.ts'

/** The endpoint of a service, by the prefix of its actions in policies. A gateway costs nothing and needs route tables. */
const endpointNames: Readonly<Record<string, { readonly name: string; readonly isGateway?: true }>> = {
  dynamodb: { name: 'dynamodb', isGateway: true },
  s3: { name: 's3', isGateway: true },
  apprunner: { name: 'apprunner' },
  batch: { name: 'batch' },
  'bedrock-agentcore': { name: 'bedrock-agentcore-control' },
  cloudwatch: { name: 'monitoring' },
  codebuild: { name: 'codebuild' },
  ecr: { name: 'ecr.api' },
  ecs: { name: 'ecs' },
  eks: { name: 'eks' },
  'emr-serverless': { name: 'emr-serverless' },
  events: { name: 'events' },
  kms: { name: 'kms' },
  lambda: { name: 'lambda' },
  sagemaker: { name: 'sagemaker.api' },
  secretsmanager: { name: 'secretsmanager' },
  sns: { name: 'sns' },
  sqs: { name: 'sqs' },
  ssm: { name: 'ssm' },
  sts: { name: 'sts' },
}

/** List price of an interface endpoint, in dollars a month and availability zone: us-east-1, March 2026. */
const dollarsEach = 7.3

export interface NeededEndpoints {
  readonly gateways: readonly string[]
  readonly interfaces: readonly string[]
}

/**
 * The services of AWS that the functions of a stack call: those that their roles have rights in, and those that they call as
 * roles of other accounts.
 */
export function endpointsNeeded(stack: Stack, settings: Settings): NeededEndpoints {
  const policies = stack.node
    .findAll()
    .filter(node => node instanceof Policy)
    .filter(isOfAFunction)
  const services = new Set([...policies.flatMap(servicesOf), ...calledAsOthers(settings)])
  // ECR hands its layers out from S3.
  if (services.has('ecr')) services.add('s3')
  const served = [...services].filter(service => !isLacking(service, stack.region))
  const needed = served.flatMap(service => endpointNames[service] ?? [])
  const names = (isGateway: boolean) =>
    needed
      .filter(one => (one.isGateway ?? false) === isGateway)
      .map(({ name }) => name)
      .sort()
  return { gateways: names(true), interfaces: names(false) }
}

/** True where the region has no such service, so that an endpoint of it cannot be made. */
const isLacking = (service: string, region: string): boolean =>
  !Token.isUnresolved(region) && awsServices.some(one => one === service && mayLack(one, region))

/** Of what is made where nobody says in which region: the services that some region lacks, where the deploy would fail. */
export function noteUnknownRegion(stack: Stack, settings: Settings): void {
  if (!Token.isUnresolved(stack.region)) return
  const { interfaces } = endpointsNeeded(stack, settings)
  const doubtful = awsServices.flatMap(service => {
    const name = endpointNames[service]?.name
    return isNotEverywhere(service) && name !== undefined && interfaces.includes(name) ? [name] : []
  })
  if (doubtful.length === 0) return
  Annotations.of(stack).addWarningV2(
    'shelflife:vpc-endpoints-region',
    `vpc.endpoints: 'create' makes the endpoints ${doubtful.join(', ')}, which not every region has, and the deploy fails where one is lacking: ` +
      'name the region in env.region, and none is made of what it lacks, or in awsWorkloads[].services the services that are used',
  )
}

/** Schedules and the relay have roles too, and are in no VPC. */
const isOfAFunction = (policy: Policy): boolean => {
  const { scope } = policy.node
  return scope instanceof Role && isOfFunction(scope)
}

/** The prefixes of what is called as roles that are assumed, whose rights are not those of the functions. */
const calledAsOthers = ({ registries, clusters, awsWorkloads }: Settings): string[] => [
  ...(registries.some(one => isByRole(one) && !isPublic(one)) ? ['ecr'] : []),
  ...(clusters.some(({ eks }) => eks !== undefined) ? ['eks'] : []),
  ...awsWorkloads.flatMap(({ services }) => services),
]

/** What to do, and what it costs, for the functions in a VPC without a NAT. */
export function noteEndpoints(stack: Stack, vpc: NonNullable<Config['vpc']>, settings: Settings): void {
  const { gateways, interfaces } = endpointsNeeded(stack, settings)
  const zones = new Set(vpc.availabilityZones).size
  Annotations.of(stack).addWarningV2(
    'shelflife:vpc-endpoints',
    `functions in a VPC reach AWS by a NAT or by endpoints: the gateways ${gateways.join(', ')}, which cost nothing, and the interfaces ${interfaces.join(', ')}, ` +
      `at about $${dollarsEach.toFixed(2)} a month for each in each availability zone (list price of us-east-1, March 2026): $${(dollarsEach * interfaces.length * zones).toFixed(0)} in ${zones === 1 ? 'one zone' : `${zones} zones`}. ` +
      "vpc.endpoints: 'create' makes them, 'given' says that all is there",
  )
}

export interface VpcEndpointsProps {
  readonly vpc: NonNullable<Config['vpc']>
  readonly needed: NeededEndpoints
}

/** The endpoints by which functions in a VPC without a NAT reach AWS, in the subnets of the functions. */
export class VpcEndpoints extends Construct {
  constructor(scope: Construct, id: string, { vpc, needed }: VpcEndpointsProps) {
    super(scope, id)
    const { region } = Stack.of(this)
    const serviceName = (name: string) => `com.amazonaws.${region}.${name}`
    for (const name of needed.gateways)
      new CfnVPCEndpoint(this, name, {
        vpcId: vpc.vpcId,
        vpcEndpointType: 'Gateway',
        serviceName: serviceName(name),
        routeTableIds: [...(vpc.routeTableIds ?? [])],
      })
    const group = this.#createGroup(vpc)
    for (const name of needed.interfaces)
      new CfnVPCEndpoint(this, name, {
        vpcId: vpc.vpcId,
        vpcEndpointType: 'Interface',
        serviceName: serviceName(name),
        subnetIds: oneOfEachZone(vpc),
        securityGroupIds: [group.attrGroupId],
        privateDnsEnabled: true,
      })
  }

  #createGroup({ vpcId, securityGroupIds }: NonNullable<Config['vpc']>): CfnSecurityGroup {
    return new CfnSecurityGroup(this, 'group', {
      vpcId,
      groupDescription: 'endpoints of AWS, for the functions of shelflife',
      securityGroupIngress: securityGroupIds.map(id => ({
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        sourceSecurityGroupId: id,
        description: 'functions of shelflife',
      })),
      // An endpoint begins nothing.
      securityGroupEgress: [
        { ipProtocol: 'icmp', fromPort: 252, toPort: 86, cidrIp: '255.255.255.255/32', description: 'none' },
      ],
    })
  }
}

/** An endpoint has one subnet in a zone at most. */
const oneOfEachZone = ({ subnetIds, availabilityZones }: NonNullable<Config['vpc']>): string[] =>
  subnetIds.filter((_, at) => availabilityZones.indexOf(availabilityZones[at] ?? '') === at)
