import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, type IFilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { bundleHandler } from '../../shared/bundle-names.ts'
import {
  environmentNames,
  type FunctionName,
  type FunctionWiring,
  registryDeletesMessage,
} from '../../shared/wiring.ts'
import { type AccessTargets, acknowledgeWildcard, grantAccess } from './access.ts'
import type { Alarms } from './alarms.ts'
import { FunctionAlarms } from './function-alarms.ts'
import { functionCode } from './function-code.ts'
import { logRetention } from './log-retention.ts'
import type { Network } from './network.ts'

export interface PipelineFunctionProps {
  readonly name: FunctionName
  readonly wiring: FunctionWiring
  readonly targets: AccessTargets
  readonly alarms: Alarms
  readonly logGroup: LogGroup
  /** The log of versions that kept it here stays, and ends as its lines do. */
  readonly keepsEarlierLog: boolean
  readonly network?: Network | undefined
  readonly reservedConcurrency?: number
  /** X-Ray notes each invocation and how long it took. */
  readonly tracing: boolean
  /** Alarms on failures, throttles and its timeout; those on what its log tells are there in any case. */
  readonly hasAlarms: boolean
}

type Watched = Pick<PipelineFunctionProps, 'name' | 'targets'> & { readonly logGroup: LogGroup }

/** One function with its bundle, its log and a role of its own that may do what the wiring says and no more. */
export class PipelineFunction extends Construct {
  readonly lambda: LambdaFunction
  readonly role: Role
  readonly wiring: FunctionWiring

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id)
    const { name, wiring, targets, network, reservedConcurrency, tracing, logGroup } = props
    const role = new Role(this, 'role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.role = role
    this.wiring = wiring
    if (props.keepsEarlierLog)
      new LogGroup(this, 'log', { retention: logRetention, removalPolicy: RemovalPolicy.RETAIN })
    logGroup.grantWrite(role)
    if (network) grantNetworkInterfaces(role)
    // Lambda's own construct gives the right, and X-Ray knows no resources that it could be on.
    if (tracing) acknowledgeWildcard(role, '*', 'a trace is of no resource that a right could name')
    this.lambda = new LambdaFunction(this, 'function', {
      code: functionCode(name, targets.settings),
      handler: bundleHandler,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(wiring.timeoutSeconds),
      memorySize: wiring.memoryMb,
      role,
      logGroup,
      ...network,
      // Lambda's own segments and no more: the SDK that adds single calls to a trace is maintained, and not developed.
      ...(tracing && { tracing: Tracing.ACTIVE }),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    })
    this.lambda.addEnvironment(environmentNames.installation, idOf(this, targets.names.name))
    grantAccess(this.lambda, role, wiring.access, targets)
    if (props.hasAlarms) new FunctionAlarms(this, 'alarms', { name, wiring, lambda: this.lambda, alarms: props.alarms })
    this.#watchRefusals(props, logGroup)
    this.#watchRecords(props, logGroup)
    if (name === 'reconcile') this.#watchDangers(props, logGroup)
    if (name === 'reconcile') this.#watchRegistryRules(props, logGroup)
  }

  /** How many lines of its log are of one kind. */
  #countLines(
    { name, targets, logGroup }: Watched,
    kind: string,
    filterPattern: IFilterPattern,
    period = Duration.minutes(5),
  ): Metric {
    const metricName = `${kind}-${name}`
    const { metricNamespace } = targets.names
    const filter = new MetricFilter(this, kind, { logGroup, metricNamespace, metricName, filterPattern })
    return filter.metric({ statistic: 'Sum', period })
  }

  /** These are outcomes that a function records, so no invocation fails and no dead letter shows them. */
  #watchRefusals({ name, targets, alarms }: PipelineFunctionProps, logGroup: LogGroup): void {
    const lines = this.#countLines(
      { name, targets, logGroup },
      'refusals',
      FilterPattern.any(
        FilterPattern.stringValue('$.error.name', '=', 'SafetyLimitError'),
        FilterPattern.stringValue('$.error.name', '=', 'AccessDeniedError'),
      ),
    )
    alarms.addAlarm(`${name}-refused`, {
      metric: lines,
      runbook: `${name} logged a SafetyLimitError (a part of a plan exceeds what its policy lets it delete, and waits for a person's approval) or an AccessDeniedError (a credential or right is wrong). Its log names the policy, registry or cluster. Read the plan before approving it or raising a limit.`,
    })
  }

  /** A record that cannot be read stops the work on one repository or policy, and no invocation fails of it. */
  #watchRecords({ name, targets, alarms }: PipelineFunctionProps, logGroup: LogGroup): void {
    const lines = this.#countLines(
      { name, targets, logGroup },
      'unreadable-records',
      FilterPattern.stringValue('$.error.name', '=', 'UnreadableRecordError'),
    )
    alarms.addAlarm(`${name}-record-unreadable`, {
      metric: lines,
      runbook: `${name} met a record of the table that it cannot read (UnreadableRecordError). What the record is of, a repository or a policy, is left alone, and everything else goes on. Its log names the key and what was expected there. Restore that item from a point in time before, or delete it where it can be read anew: tags and images are, from the registry, without their history of marks. Delete none whose key begins with ENDED#, GONE# or AUDIT#: nothing reads that anew, and restores and the history need it. Items of ENDED# that a version after a way back cannot read are read again by the later one.`,
    })
  }

  /** Told once for each; it rings again for the next. */
  #watchDangers({ name, targets, alarms }: PipelineFunctionProps, logGroup: LogGroup): void {
    const lines = this.#countLines(
      { name, targets, logGroup },
      'in-danger',
      FilterPattern.stringValue('$.error.name', '=', 'ImageInDangerError'),
    )
    alarms.addAlarm(`${name}-in-danger`, {
      metric: lines,
      runbook: `a workload refers to an image that its registry holds no more, or has in its archive: the next pull of it fails, when a Pod moves to another node or a function is scaled. The log of ${name} (ImageInDangerError) names image, workload and Repository object. Restore it before that: shelflife restore where shelflife deleted it, aws ecr update-image-storage-class --target-storage-class STANDARD where ECR archived it, else a push from its source. Look for what took it away: shelflife explain, and the lifecycle policy of the registry.`,
    })
  }

  /** Each repository is looked at once an hour, and so its line comes again as long as that lasts. */
  #watchRegistryRules({ name, targets, alarms }: PipelineFunctionProps, logGroup: LogGroup): void {
    const lines = this.#countLines(
      { name, targets, logGroup },
      'registry-deletes',
      FilterPattern.stringValue('$.message', '=', registryDeletesMessage),
      Duration.hours(1),
    )
    alarms.addAlarm('registry-deletes-used', {
      metric: lines,
      periods: { bad: 1, of: 3 },
      runbook: `${name} found images that workloads refer to and that their registry is about to delete or archive by a rule of its own within a week: an ECR lifecycle policy, or the tag retention of a Harbor project. shelflife cannot keep the registry from it: a node that pulls such an image afterwards gets none. The line "${registryDeletesMessage}" of its log names images, rules, dates and workloads. Change that rule, or deploy another version. It ends within three hours after the next full sync that finds the rule changed; rules are read once a day.`,
    })
  }
}

const idOf = (scope: Construct, name: string): string => {
  const { account, region } = Stack.of(scope)
  return `${account}/${region}/${name}`
}

function grantNetworkInterfaces(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  )
  acknowledgeWildcard(role, '*', 'Lambda asks for these rights on all interfaces before it attaches one to a VPC')
}
