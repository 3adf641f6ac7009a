import type { Stack } from 'aws-cdk-lib'
import { type AwsService, awsServices } from '../../shared/domain/aws-services.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Grant } from './grant.ts'

interface ServiceRights {
  /** Lists, and what AWS knows no narrower resource for. */
  readonly lists: readonly string[]
  /** What is described one by one, by the service and the kinds of its ARNs. */
  readonly describes?: { readonly actions: readonly string[]; readonly arns: string; readonly kinds: readonly string[] }
}

/** What listing of each service takes; `infra/accounts/shelflife-list-role.yaml` has the same. */
const rights: Readonly<Record<AwsService, ServiceRights>> = {
  lambda: {
    lists: ['lambda:ListFunctions'],
    describes: { actions: ['lambda:GetFunction'], arns: 'lambda', kinds: ['function:'] },
  },
  ecs: {
    lists: [
      'ecs:ListClusters',
      'ecs:ListServices',
      'ecs:ListTasks',
      'ecs:ListTaskDefinitions',
      'ecs:DescribeTaskDefinition',
      'ecs:ListDaemonTaskDefinitions',
      'ecs:DescribeDaemonTaskDefinition',
    ],
    describes: {
      actions: [
        'ecs:DescribeServices',
        'ecs:DescribeServiceDeployments',
        'ecs:DescribeServiceRevisions',
        'ecs:DescribeTasks',
      ],
      arns: 'ecs',
      kinds: ['service/', 'service-deployment/', 'service-revision/', 'task/'],
    },
  },
  apprunner: {
    lists: ['apprunner:ListServices'],
    describes: { actions: ['apprunner:DescribeService'], arns: 'apprunner', kinds: ['service/'] },
  },
  batch: {
    lists: [
      'batch:DescribeJobDefinitions',
      'batch:DescribeJobQueues',
      'batch:ListJobs',
      'batch:DescribeJobs',
      'batch:ListServiceJobs',
      'batch:DescribeServiceJob',
    ],
  },
  codebuild: {
    lists: ['codebuild:ListProjects'],
    describes: { actions: ['codebuild:BatchGetProjects'], arns: 'codebuild', kinds: ['project/'] },
  },
  sagemaker: {
    lists: [
      'ListAlgorithms',
      'ListDataQualityJobDefinitions',
      'ListEndpoints',
      'ListHyperParameterTuningJobs',
      'ListImages',
      'ListImageVersions',
      'ListInferenceComponents',
      'ListModelBiasJobDefinitions',
      'ListModelExplainabilityJobDefinitions',
      'ListModelPackages',
      'ListModelQualityJobDefinitions',
      'ListModels',
      'ListMonitoringSchedules',
      'ListPipelines',
      'ListProcessingJobs',
      'ListTrainingJobs',
    ].map(action => `sagemaker:${action}`),
    describes: {
      actions: [
        'DescribeAlgorithm',
        'DescribeDataQualityJobDefinition',
        'DescribeEndpoint',
        'DescribeHyperParameterTuningJob',
        'DescribeImageVersion',
        'DescribeInferenceComponent',
        'DescribeModel',
        'DescribeModelBiasJobDefinition',
        'DescribeModelExplainabilityJobDefinition',
        'DescribeModelPackage',
        'DescribeModelQualityJobDefinition',
        'DescribeMonitoringSchedule',
        'DescribePipeline',
        'DescribeProcessingJob',
        'DescribeTrainingJob',
      ].map(action => `sagemaker:${action}`),
      arns: 'sagemaker',
      // All kinds of it: a policy has no room for each by itself.
      kinds: [''],
    },
  },
  'emr-serverless': {
    lists: ['emr-serverless:ListApplications'],
    describes: {
      actions: ['GetApplication', 'GetJobRun', 'ListJobRuns', 'ListSessions'].map(action => `emr-serverless:${action}`),
      arns: 'emr-serverless',
      kinds: ['/applications/'],
    },
  },
  'bedrock-agentcore': {
    lists: [
      'bedrock-agentcore:ListAgentRuntimes',
      'bedrock-agentcore:ListAgentRuntimeEndpoints',
      'bedrock-agentcore:ListAgentRuntimeVersions',
    ],
    describes: { actions: ['bedrock-agentcore:GetAgentRuntime'], arns: 'bedrock-agentcore', kinds: ['runtime/'] },
  },
}
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
  const listsOrganization = awsWorkloads.some(source => source.organization && source.roleArn === undefined)
  return [
    ...awsServices.flatMap(service => grantsFor(service, own, stack)),
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

function grantsFor(service: AwsService, own: Settings['awsWorkloads'], stack: Stack): Grant[] {
  const { lists, describes } = rights[service]
  const asking = own.filter(source => source.services.includes(service))
  const regions = [...new Set(asking.map(source => source.region ?? stack.region))]
  const list = {
    actions: lists,
    resources: asking.length > 0 ? ['*'] : [],
    wildcard: 'AWS knows no narrower resource for these lists, and for definitions of tasks and jobs',
  }
  if (!describes) return [list]
  const resources = describes.kinds.flatMap(kind =>
    regions.map(region => `arn:${stack.partition}:${describes.arns}:${region}:${stack.account}:${kind}*`),
  )
  const wildcard = 'what is not looked at protects no image, and what there is is not known before'
  return [list, { actions: describes.actions, resources, wildcard }]
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
