import type { ConfigInput } from './config.ts'

/**
 * What this installation serves. Every field is checked at `npx cdk synth`; secrets appear by name or ARN, never by
 * value, and are created in Secrets Manager before the deploy.
 */
const config: ConfigInput = {
  settings: {
    clusters: [
      // The secret `shelflife/kubeconfig/main` holds a kubeconfig whose user is bound by infra/cluster/rbac.yaml.
      { name: 'main', kubeconfigSecret: 'shelflife/kubeconfig/main' },
    ],
    // Each account and region that runs images beside clusters: functions, tasks, jobs, services, models. A role of another
    // account must let the roles of inventory and sweep-execute assume it: docs/accounts.md.
    // awsWorkloads: [
    //   { name: 'aws-prod', region: 'eu-west-1' },
    //   { name: 'aws-shop', region: 'eu-west-1', roleArn: 'arn:aws:iam::210987654321:role/shelflife-list' },
    //   { name: 'org', organization: { regions: ['eu-west-1'] } },
    // ],
    registries: [
      // The secrets hold {"username": "...", "password": "..."}. Without deleteSecret deletes are anonymous.
      {
        host: 'harbor.example.com',
        provider: 'harbor',
        pullSecret: 'shelflife/harbor/reader',
        deleteSecret: 'shelflife/harbor/cleaner',
        // Who may read with pullSecret, and delete, below which paths; nobody else may. This line serves every team whose
        // namespace is named as its paths begin, and needs no deploy for a new one: namespace `shop` deletes below `shop/`.
        // By a label of the namespace: 'teams/{label:example.com/team}/**'. `[]` lets nobody do anything.
        grants: [{ clusters: ['main'], namespaces: ['*'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }],
      },
      // ECR needs no secret: the roles of the functions are its credential.
      // {
      //   host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      //   provider: 'ecr',
      //   grants: [{ clusters: ['main'], namespaces: ['*'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }],
      // },
    ],
    // What stands above the limits of every policy.
    // limits: { minGracePeriod: '24h', maxDeletionsPerRun: 500, maxDeletionPercent: 50 },
    webhooks: [
      // The secret holds what the registry presents or signs with; shelflife webhook HOST --aws prints what to set up there.
      { provider: 'harbor', registry: 'harbor.example.com', secret: 'shelflife/harbor/webhook' },
    ],
  },
  // Who is told when an alarm changes; the address confirms once by e-mail.
  // alarmEmail: 'platform@example.com',
  // Fixes account and region; without it the stacks go where the credentials of the deploy point.
  // env: { account: '123456789012', region: 'eu-west-1' },
  // By which address registries call: an HTTP API unless you choose another, docs/way-in.md.
  // wayIn: { kind: 'private', vpcEndpointIds: ['vpce-0123456789abcdef0'] },
  // CloudWatch's dashboard ($3 a month) and the alarms of single functions ($2); those on lost work stay.
  // cloudWatch: { dashboard: false, functionAlarms: false },
  // Only where registries or clusters are reachable from inside a VPC alone.
  // vpc: {
  //   vpcId: 'vpc-0123456789abcdef0',
  //   subnetIds: ['subnet-0123456789abcdef0'],
  //   securityGroupIds: ['sg-0123456789abcdef0'],
  //   availabilityZones: ['eu-west-1a'],
  // },
}

export default config
