import { commandName } from '../io/command-name.ts'
import { clusterStep, podClusterStep, type Step } from './cluster-steps.ts'
import type { Removal } from './read-removal.ts'

/** By which flags the installation was found, for the commands that are printed. */
export interface RemovalTarget {
  readonly data: string
  readonly config?: string | undefined
  readonly installation?: string | undefined
}

/** The removal, step by step, each command on a line of its own. */
export function removalLines(removal: Removal, target: RemovalTarget): string[] {
  if (removal.deployed) return deployedLines(removal, removal.deployed, target)
  const { podCluster } = removal
  return podCluster === undefined ? localLines(removal, target) : podLines(removal, podCluster)
}

function localLines(removal: Removal, { data }: RemovalTarget): string[] {
  return numbered([
    ['Stop npm start. From then on nothing is marked or deleted.'],
    ...clusterSteps(removal),
    ...webhookStep(removal),
    [
      'Remove the data: records, history, archived manifests and layers, and what the embedded registry and cluster hold. Nothing can be restored afterwards.',
      `rm -r ${data}`,
    ],
  ])
}

/** The cluster of the Pod is last: its volume is the installation. */
function podLines(removal: Removal, podCluster: string): string[] {
  const isPods = ({ cluster }: { readonly cluster: string }) => cluster === podCluster
  const others = removal.clusters.filter(one => !isPods(one))
  return numbered([
    [
      'Stop the Pod. From then on nothing is marked or deleted.',
      'kubectl scale deployment shelflife -n shelflife --replicas=0',
    ],
    ...clusterSteps({ ...removal, clusters: others }),
    ...webhookStep(removal),
    ...removal.clusters.filter(isPods).map(one => podClusterStep(one, removal.id)),
  ])
}

function deployedLines(
  removal: Removal,
  { names, table, archive }: NonNullable<Removal['deployed']>,
  target: RemovalTarget,
): string[] {
  const flags = `${target.config === undefined ? '' : ` --config ${target.config}`}${names.name === 'shelflife' ? '' : ` --installation ${names.name}`}`
  return numbered([
    ['Stop all sweeps. Marks stay.', `${commandName} pause --aws${flags}`],
    [
      `Write down what will be kept: what the stack ${names.stateStack} made.`,
      `aws cloudformation describe-stack-resources --stack-name ${names.stateStack} --output table`,
    ],
    [
      `Delete ${names.pipelineStack}: functions, schedules, rules, alarms, and the entries of its roles that leave pull times alone. Objects then show the status of their last minute for ever.`,
      ...deleteStack(names.pipelineStack),
    ],
    ...clusterSteps(removal),
    ...webhookStep(removal),
    [
      `Delete ${names.workStack}: the address of the webhooks. Queues, dead letters, logs and the topic of alarms are kept all the same, as this list names them.`,
      `aws cloudformation describe-stack-resources --stack-name ${names.workStack} --output table`,
      ...deleteProtectedStack(names.workStack),
    ],
    [
      `Delete ${names.stateStack}. Kept all the same: table ${table}, bucket ${archive}, bus ${names.bus}, the KMS key, and the parameters ${names.killSwitchParameter} and ${names.installationParameter}. Up to here everything can come back: docs/installations.md#come-back.`,
      ...deleteProtectedStack(names.stateStack),
    ],
    forGoodStep({ names, table, archive }),
    [
      `Your own secrets are as you made them: ${removal.secrets.join(', ') || 'none'}. Copies that versions before left begin with ${names.pullSecretPrefix}.`,
      `aws secretsmanager list-secrets --filters Key=name,Values=${names.pullSecretPrefix}`,
    ],
  ])
}

const forGoodStep = ({ names, table, archive }: NonNullable<Removal['deployed']>): Step => [
  'Delete what was kept, for good: the records and the history, work that waits and work that failed, the logs, and with the archive every image that could be restored.',
  `aws dynamodb update-table --no-deletion-protection-enabled --table-name ${table}`,
  `aws dynamodb delete-table --table-name ${table}`,
  `aws s3 rm --recursive s3://${archive}   # the versions below: S3 console, Empty`,
  `aws s3api delete-bucket --bucket ${archive}`,
  `aws events delete-event-bus --name ${names.bus}`,
  `aws ssm delete-parameters --names ${names.killSwitchParameter} ${names.installationParameter}`,
  'aws sqs delete-queue --queue-url URL   # each queue of the lists above',
  'aws sns delete-topic --topic-arn ARN   # the topic of the lists above',
  'aws logs delete-log-group --log-group-name NAME   # each log group of the lists above',
  'aws kms schedule-key-deletion --key-id ID   # the key of the list above',
]

/** As it works for stacks of the CDK and of a plain template alike; the next step needs it to be gone. */
const deleteStack = (stack: string): string[] => [
  `aws cloudformation delete-stack --stack-name ${stack}`,
  `aws cloudformation wait stack-delete-complete --stack-name ${stack}`,
]

const deleteProtectedStack = (stack: string): string[] => [
  `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack}`,
  ...deleteStack(stack),
]

const clusterSteps = ({ clusters, id }: Removal): Step[] => clusters.map(one => clusterStep(one, id))

const webhookStep = ({ webhooks }: Removal): Step[] =>
  webhooks.length === 0
    ? []
    : [[`Take the webhook out of ${webhooks.join(', ')}: they go on sending to an address that is nobody's.`]]

const numbered = (steps: readonly Step[]): string[] =>
  steps.flatMap(([text, ...commands], at) => [
    ...(at === 0 ? [] : ['']),
    `${at + 1}. ${text}`,
    ...commands.map(command => `   ${command}`),
  ])
