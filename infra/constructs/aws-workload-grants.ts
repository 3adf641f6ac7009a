import type { Stack } from 'aws-cdk-lib'
import type { Settings } from '../../shared/settings.ts'
import type { Grant } from './grant.ts'

const listAll = [
  'lambda:ListFunctions',
  'ecs:ListClusters',
  'ecs:ListServices',
  'ecs:ListTasks',
  'ecs:ListTaskDefinitions',
  'ecs:DescribeTaskDefinition',
  'ecs:ListDaemonTaskDefinitions',
  'ecs:DescribeDaemonTaskDefinition',
]
const describeRunning = [
  'ecs:DescribeServices',
  'ecs:DescribeServiceDeployments',
  'ecs:DescribeServiceRevisions',
  'ecs:DescribeTasks',
]
const running = ['service', 'service-deployment', 'service-revision', 'task']
const listAccounts = [
  'organizations:ListAccounts',
  'organizations:ListAccountsForParent',
  'organizations:ListOrganizationalUnitsForParent',
]

/**
 * The rights to list what the settings name: in the account of the installation, and by the roles of other accounts, which
 * say themselves what may be listed there.
 */
export function awsWorkloadGrants({ awsWorkloads }: Settings, stack: Stack): Grant[] {
  const own = awsWorkloads.filter(source => source.roleArn === undefined && source.organization === undefined)
  const regions = [...new Set(own.map(source => source.region ?? stack.region))]
  const inRegions = (service: string, resource: string) =>
    regions.map(region => `arn:${stack.partition}:${service}:${region}:${stack.account}:${resource}`)
  const listsOrganization = awsWorkloads.some(source => source.organization && source.roleArn === undefined)
  return [
    {
      actions: listAll,
      resources: own.length > 0 ? ['*'] : [],
      wildcard: 'AWS knows no narrower resource for these lists and for task definitions',
    },
    {
      actions: ['lambda:GetFunction'],
      resources: inRegions('lambda', 'function:*'),
      wildcard: 'a function that is not looked at protects no image, and which there are is not known before',
    },
    {
      actions: describeRunning,
      resources: running.flatMap(kind => inRegions('ecs', `${kind}/*`)),
      wildcard: 'a service or task that is not looked at protects no image, and which there are is not known before',
    },
    {
      actions: listAccounts,
      resources: listsOrganization ? ['*'] : [],
      wildcard: 'AWS knows no narrower resource for the list of accounts',
    },
    {
      actions: ['sts:AssumeRole'],
      resources: assumedRoles(awsWorkloads, stack),
      wildcard: 'which accounts an organization has is not known before; the role has one name in all of them',
    },
  ]
}

function assumedRoles(awsWorkloads: Settings['awsWorkloads'], stack: Stack): string[] {
  const roles = awsWorkloads.flatMap(({ roleArn, organization }) => [
    ...(roleArn === undefined ? [] : [roleArn]),
    ...(organization === undefined ? [] : (organization.accounts ?? ['*'])).map(
      account => `arn:${stack.partition}:iam::${account}:role/${organization?.roleName}`,
    ),
  ])
  return [...new Set(roles)]
}
