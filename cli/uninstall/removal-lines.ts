import { ownerLease } from '../../shared/adapters/cluster/owner.ts'
import { amountText } from '../../shared/domain/amount-text.ts'
import { commandName } from '../io/command-name.ts'
import type { ClusterRemains, Removal } from './read-removal.ts'

/** By which flags the installation was found, for the commands that are printed. */
export interface RemovalTarget {
  readonly data: string
  readonly config?: string | undefined
  readonly installation?: string | undefined
}

/** The removal, step by step, each command on a line of its own. */
export const removalLines = (removal: Removal, target: RemovalTarget): string[] =>
  removal.deployed ? deployedLines(removal, removal.deployed, target) : localLines(removal, target)

function localLines(removal: Removal, { data }: RemovalTarget): string[] {
  return numbered([
    ['Stop npm start. From then on nothing is marked or deleted.'],
    ...clusterSteps(removal.clusters),
    ...webhookStep(removal),
    [
      'Remove the data: records, history, archived manifests and layers, and what the embedded registry and cluster hold. Nothing can be restored afterwards.',
      `rm -r ${data}`,
    ],
  ])
}

function deployedLines(
  removal: Removal,
  { names, table, archive }: NonNullable<Removal['deployed']>,
  target: RemovalTarget,
): string[] {
  const config = target.config === undefined ? '' : ` -c config=${target.config}`
  const flags = `${target.config === undefined ? '' : ` --config ${target.config}`}${names.name === 'shelflife' ? '' : ` --installation ${names.name}`}`
  const chosen = `${config}${names.name === 'shelflife' ? '' : ` -c installation=${names.name}`}`
  return numbered([
    ['Stop all sweeps. Marks stay.', `${commandName} pause --aws${flags}`],
    [
      `Write down what will be kept: what the stack ${names.stateStack} made.`,
      `aws cloudformation describe-stack-resources --stack-name ${names.stateStack} --output table`,
    ],
    [
      `Delete ${names.pipelineStack}: functions, schedules, rules, alarms, and the entries of its roles that leave pull times alone. Objects then show the status of their last minute for ever.`,
      `npx cdk destroy ${names.pipelineStack}${chosen}`,
    ],
    ...clusterSteps(removal.clusters),
    ...webhookStep(removal),
    [
      `Delete ${names.workStack}: the address of the webhooks. Queues, dead letters, logs and the topic of alarms are kept all the same; logs end by themselves.`,
      `aws cloudformation describe-stack-resources --stack-name ${names.workStack} --output table`,
      `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${names.workStack}`,
      `npx cdk destroy ${names.workStack}${chosen}`,
    ],
    [
      `Delete ${names.stateStack}. Kept all the same: table ${table}, bucket ${archive}, bus ${names.bus}, the KMS key, and the parameters ${names.killSwitchParameter} and ${names.installationParameter}. Up to here everything can come back: docs/installations.md#come-back.`,
      `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${names.stateStack}`,
      `npx cdk destroy ${names.stateStack}${chosen}`,
    ],
    [
      'Delete what was kept, for good: the records and the history, and with the archive every image that could be restored.',
      `aws dynamodb update-table --no-deletion-protection-enabled --table-name ${table}`,
      `aws dynamodb delete-table --table-name ${table}`,
      `aws s3 rm --recursive s3://${archive}   # the versions below: S3 console, Empty`,
      `aws s3api delete-bucket --bucket ${archive}`,
      `aws events delete-event-bus --name ${names.bus}`,
      `aws ssm delete-parameters --names ${names.killSwitchParameter} ${names.installationParameter}`,
      'aws kms schedule-key-deletion --key-id ID   # the key of the list above',
    ],
    [
      `Your own secrets are as you made them: ${removal.secrets.join(', ') || 'none'}. Copies that versions before left begin with ${names.pullSecretPrefix}.`,
      `aws secretsmanager list-secrets --filters Key=name,Values=${names.pullSecretPrefix}`,
    ],
  ])
}

type Step = readonly [text: string, ...commands: string[]]

const clusterSteps = (clusters: readonly ClusterRemains[]): Step[] =>
  clusters.map(({ cluster, objects }) => [
    `In cluster ${cluster}: ${remainsText(objects)}. None of them has a finalizer, so that nothing hangs. Images and workloads stay as they are. The definitions take their objects along: keep them where you may come back.`,
    `kubectl delete lease ${ownerLease.name} -n ${ownerLease.namespace}`,
    'kubectl delete -k infra/cluster',
  ])

const remainsText = (objects: ClusterRemains['objects']): string =>
  typeof objects === 'string'
    ? `what it holds is not known: ${objects}`
    : `it holds ${amountText(objects.repositories, 'Repository object')}, ${amountText(objects.secrets, 'RegistrySecret')}, ${amountText(objects.policies, 'policy')}, the Lease, and what infra/cluster defines`

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
