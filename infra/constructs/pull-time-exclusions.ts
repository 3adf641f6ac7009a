import {
  CfnCondition,
  CfnOutput,
  Duration,
  Fn,
  type ICfnRuleConditionExpression,
  RemovalPolicy,
  Stack,
  Token,
} from 'aws-cdk-lib'
import { CfnPullTimeUpdateExclusion } from 'aws-cdk-lib/aws-ecr'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { Settings } from '../../shared/settings.ts'
import { acknowledgeWildcard } from './access.ts'
import { type EcrRegistry, ownReadEcrOf } from './ecr-registries.ts'

export interface PullTimeExclusionsProps {
  readonly settings: Settings
  /** False: nothing is registered, and only the output is there. */
  readonly isOn: boolean
  /** Of each function that has manifests handed out, by its name. */
  readonly readers: Readonly<Record<string, Role>>
}

/** Where the ECR registries of the settings are that functions read with their own roles, seen from a stack. */
export interface RegistryPlaces {
  /** One of them is in the account and region of the stack; `unknown` where that shows at the deploy. */
  readonly here: boolean | 'unknown'
  /** Other regions of the account of the stack. */
  readonly regions: readonly string[]
  /** Where the stack cannot register anything. */
  readonly elsewhere: readonly EcrRegistry[]
}

/** The name of the output with the ARNs of the readers, a space between them. */
export const readersOutput = 'ManifestReaders'

export function placesOf(settings: Settings, stack: Stack): RegistryPlaces {
  const { account, region } = stack
  const registries = ownReadEcrOf(settings, stack)
  const isHere = (one: EcrRegistry) => one.account === account && one.region === region
  const isOtherRegion = (one: EcrRegistry) =>
    one.account === account && !Token.isUnresolved(region) && one.region !== region
  const open = registries.filter(one => mayBeHere(one, stack))
  // The stack is in one place: of several at most one is it, and the others are named with it.
  const isServed = (one: EcrRegistry) => isHere(one) || isOtherRegion(one) || (open.length === 1 && open.includes(one))
  return {
    here: registries.some(isHere) || (open.length > 0 && 'unknown'),
    regions: registries.filter(isOtherRegion).map(one => one.region),
    elsewhere: registries.filter(one => !isServed(one)),
  }
}

const mayBeHere = ({ account, region }: EcrRegistry, stack: Stack): boolean =>
  (Token.isUnresolved(stack.account) || account === stack.account) &&
  (Token.isUnresolved(stack.region) || region === stack.region)

const nowhere: Pick<RegistryPlaces, 'here' | 'regions'> = { here: false, regions: [] }

/**
 * Has ECR set no pull time for what our functions read: it counts each manifest that it hands out as a pull, which would
 * make every image young, for policies of ours and for lifecycle policies of ECR. A list of roles in each region, 100 at
 * most. Where they cannot be registered the deploy fails, and the version before goes on: what the first sync does to pull
 * times nobody can undo.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
 */
export class PullTimeExclusions extends Construct {
  constructor(scope: Construct, id: string, { settings, isOn, readers }: PullTimeExclusionsProps) {
    super(scope, id)
    const { here, regions } = isOn ? placesOf(settings, Stack.of(this)) : nowhere
    const condition = here === 'unknown' ? this.#isOwnRegistry(settings) : undefined
    const entries = Object.entries(readers)
    for (const [name, role] of here ? entries : []) {
      const exclusion = new CfnPullTimeUpdateExclusion(this, name, { principalArn: role.roleArn })
      if (condition) exclusion.cfnOptions.condition = condition
    }
    const registrar = regions.length > 0 ? this.#createRegistrar(regions) : undefined
    for (const region of registrar ? regions : [])
      for (const [name, { roleArn }] of entries)
        new AwsCustomResource(this, `${region}-${name}`, { ...callsOf(region, roleArn), ...registrar })
    if (condition) this.#tellAtDeploy(condition)
    new CfnOutput(Stack.of(this), readersOutput, {
      value: entries.map(([, role]) => role.roleArn).join(' '),
      description: 'roles whose reads of manifests are to set no pull time in ECR registries',
    })
  }

  #tellAtDeploy({ logicalId }: CfnCondition): void {
    const not = 'no: no ECR registry of the settings is in this account and region; docs/aws.md has the commands'
    new CfnOutput(Stack.of(this), 'PullTimesLeftAlone', {
      value: Fn.conditionIf(logicalId, 'yes', not).toString(),
      description: 'whether ECR sets no pull time for what shelflife reads',
    })
  }

  #isOwnRegistry(settings: Settings): CfnCondition {
    const stack = Stack.of(this)
    const matches = ownReadEcrOf(settings, stack)
      .filter(one => mayBeHere(one, stack))
      .map(
        ({ account, region }): ICfnRuleConditionExpression =>
          Fn.conditionAnd(Fn.conditionEquals(stack.account, account), Fn.conditionEquals(stack.region, region)),
      )
    const [only] = matches
    const expression = matches.length === 1 && only ? only : Fn.conditionOr(...matches)
    return new CfnCondition(this, 'own-registry', { expression })
  }

  /** CloudFormation's own resource knows the region of its stack alone. */
  #createRegistrar(regions: readonly string[]) {
    const role = new Role(this, 'registrar-role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const logGroup = new LogGroup(this, 'registrar-log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    logGroup.grantWrite(role)
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ecr:RegisterPullTimeUpdateExclusion', 'ecr:DeregisterPullTimeUpdateExclusion'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:RequestedRegion': [...regions] } },
      }),
    )
    acknowledgeWildcard(
      role,
      '*',
      'the list belongs to the registry of an account and region, which has no narrower name',
    )
    return { role, logGroup, installLatestAwsSdk: false, timeout: Duration.minutes(2) }
  }
}

/** Registered is registered, by whomever, and gone is gone. */
function callsOf(region: string, principalArn: string) {
  const call = { service: '@aws-sdk/client-ecr', region, parameters: { principalArn } }
  return {
    resourceType: 'Custom::PullTimeUpdateExclusion',
    onUpdate: {
      ...call,
      action: 'RegisterPullTimeUpdateExclusionCommand',
      physicalResourceId: PhysicalResourceId.of(`${region} ${principalArn}`),
      ignoreErrorCodesMatching: 'ExclusionAlreadyExistsException',
    },
    onDelete: {
      ...call,
      action: 'DeregisterPullTimeUpdateExclusionCommand',
      ignoreErrorCodesMatching: 'ExclusionNotFoundException',
    },
  }
}
