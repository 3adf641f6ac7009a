import { Stack, Tags } from 'aws-cdk-lib'
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks'
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { Settings } from '../../shared/settings.ts'
import { environmentNames } from '../../shared/wiring.ts'
import { type ClusterRoles, type ClusterUser, clusterUserTag } from './cluster-roles.ts'
import { eksClustersOf, groupsOf, neededEntries } from './eks-clusters.ts'
import type { Grant } from './grant.ts'

export interface EksAccessProps {
  readonly settings: Settings
  readonly roles: ClusterRoles
  /** The roles of the functions that ask clusters. */
  readonly functions: Readonly<Record<ClusterUser, readonly Role[]>>
}

/**
 * What lets the roles of the installation into the clusters of EKS that the settings name: that they may look up where these
 * are and take the roles of other accounts, and an access entry in each that this deploy can reach.
 */
export class EksAccess extends Construct {
  constructor(scope: Construct, id: string, { settings, roles, functions }: EksAccessProps) {
    super(scope, id)
    for (const user of ['reader', 'executor'] as const) {
      for (const role of functions[user]) Tags.of(role).add(clusterUserTag, user)
      this.#allow(user, roles[user], settings)
    }
    for (const { clusterName, roleArn, users, isMade } of neededEntries(settings, Stack.of(this)))
      if (isMade)
        new CfnAccessEntry(this, `${clusterName}-${users.join('-')}`, {
          clusterName,
          principalArn: roleArn ?? roles[users[0] ?? 'reader'].roleArn,
          kubernetesGroups: users.map(one => groupsOf[one]),
          type: 'STANDARD',
        })
  }

  #allow(user: ClusterUser, role: Role, settings: Settings): void {
    const { partition, region: here, account } = Stack.of(this)
    const clusters = eksClustersOf(settings).map(({ executorRoleArn, roleArn, ...one }) => ({
      ...one,
      roleArn: (user === 'executor' ? executorRoleArn : undefined) ?? roleArn,
    }))
    const own = clusters.filter(({ roleArn }) => roleArn === undefined)
    const statements = [
      statement(
        'eks:DescribeCluster',
        own.map(({ region = here, clusterName }) => `arn:${partition}:eks:${region}:${account}:cluster/${clusterName}`),
      ),
      statement(
        'sts:AssumeRole',
        clusters.flatMap(({ roleArn }) => roleArn ?? []),
      ),
    ].flat()
    if (statements.length > 0) new Policy(this, `${user}-rights`, { roles: [role], statements })
  }
}

const statement = (action: string, resources: readonly string[]): PolicyStatement[] =>
  resources.length === 0 ? [] : [new PolicyStatement({ actions: [action], resources: [...new Set(resources)] })]

/** That a function may take a role of the installation, and which; nothing where the settings name no cluster of EKS. */
export const clusterRoleGrants = (role: Role | undefined): Grant[] =>
  role
    ? [
        {
          actions: ['sts:AssumeRole'],
          resources: [role.roleArn],
          environment: { [environmentNames.clusterRole]: role.roleArn },
        },
      ]
    : []
