import { type Stack, Token } from 'aws-cdk-lib'
import type { Settings } from '../../shared/settings.ts'
import { type ClusterUser, clusterRoleOutputs } from './cluster-roles.ts'

/** The Kubernetes groups that infra/cluster/rbac-eks.yaml binds. */
export const groupsOf: Readonly<Record<ClusterUser, string>> = { reader: 'shelflife', executor: 'shelflife-executor' }

/** An access entry that a cluster needs. */
export interface NeededEntry {
  readonly clusterName: string
  readonly region: string
  /** The role of the settings that it is for; absent: that of the installation. */
  readonly roleArn?: string | undefined
  readonly users: readonly ClusterUser[]
  /** The deploy can make it, and may. */
  readonly isMade: boolean
}

/** The clusters of EKS that are asked for anything. */
export const eksClustersOf = ({ clusters }: Settings) =>
  clusters.flatMap(({ eks, drained }) => (eks === undefined || drained ? [] : [eks]))

/** What the clusters of the settings need, one entry for each role that is known there. */
export const neededEntries = (settings: Settings, stack: Stack): NeededEntry[] =>
  eksClustersOf(settings).flatMap(({ clusterName, region = stack.region, accessEntries, ...roles }) => {
    const isHere = (roleArn: string | undefined) =>
      region === stack.region && (roleArn === undefined || roleArn.split(':')[4] === stack.account)
    const entry = (roleArn: string | undefined, users: readonly ClusterUser[]): NeededEntry => ({
      clusterName,
      region,
      roleArn,
      users,
      isMade: accessEntries && isHere(roleArn),
    })
    const { roleArn, executorRoleArn = roleArn } = roles
    return roleArn === executorRoleArn && roleArn !== undefined
      ? [entry(roleArn, ['reader', 'executor'])]
      : [entry(roleArn, ['reader']), entry(executorRoleArn, ['executor'])]
  })

/** The commands for the entries that the deploy does not make; undefined where there are none. */
export function accessEntryNote(settings: Settings, pipeline: Stack, state: Stack): string | undefined {
  const left = neededEntries(settings, pipeline).filter(({ isMade }) => !isMade)
  if (left.length === 0) return undefined
  return `the deploy makes no access entries in EKS clusters of other accounts and regions, nor where accessEntries is false. After it, with rights in the account of the cluster: ${left
    .map(one => commandOf(one, state))
    .join('; ')}`
}

function commandOf({ clusterName, region, roleArn, users }: NeededEntry, state: Stack): string {
  const principal = roleArn ?? `$(${outputCommand(users[0] ?? 'reader', state)})`
  const where = Token.isUnresolved(region) ? '' : ` --region ${region}`
  const groups = users.map(user => groupsOf[user]).join(' ')
  return `aws eks create-access-entry${where} --cluster-name ${clusterName} --principal-arn ${principal} --kubernetes-groups ${groups}`
}

const outputCommand = (user: ClusterUser, state: Stack): string =>
  `aws cloudformation describe-stacks --stack-name ${state.stackName} --query "Stacks[0].Outputs[?OutputKey=='${clusterRoleOutputs[user]}'].OutputValue" --output text`
