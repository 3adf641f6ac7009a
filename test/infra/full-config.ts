import type { ConfigInput } from '../../infra/config.ts'

/** A configuration that uses everything: one of each registry, a webhook, workloads of two accounts, a VPC. */
export const fullConfig: ConfigInput = {
  alarmEmail: 'platform@example.com',
  tracing: true,
  vpc: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0'],
    securityGroupIds: ['sg-0123456789abcdef0'],
    availabilityZones: ['eu-west-1a'],
  },
  settings: {
    clusters: [{ name: 'main', kubeconfigSecret: 'kubeconfig/main' }],
    awsWorkloads: [
      { name: 'aws-here' },
      { name: 'aws-us', region: 'us-east-1' },
      { name: 'aws-shop', region: 'eu-west-1', roleArn: 'arn:aws:iam::210987654321:role/shelflife-list' },
    ],
    registries: [
      {
        host: 'harbor.example.com',
        provider: 'harbor',
        pullSecret: 'harbor/reader',
        deleteSecret: 'harbor/cleaner',
        grants: [{ clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }],
      },
      {
        host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
        provider: 'ecr',
        grants: [
          { namespaces: ['platform'], repositories: ['**'], may: ['read'] },
          {
            clusters: ['main'],
            namespaces: ['*'],
            repositories: ['team-*/**', 'apps/{label:example.com/team}/*', 'tools/cli'],
            may: ['read', 'delete'],
          },
        ],
      },
    ],
    limits: { minGracePeriod: '12h', maxDeletionsPerRun: 500, maxDeletionPercent: 50 },
    webhooks: [{ provider: 'harbor', registry: 'harbor.example.com', secret: 'harbor/webhook' }],
    metrics: { secret: 'metrics/scrape' },
    notifications: [
      { name: 'shop', kind: 'slack', secret: 'notify/shop', namespaces: ['shop'] },
      { name: 'platform', kind: 'teams', secret: 'notify/platform', namespaces: ['*'], about: ['in-danger'] },
      {
        name: 'mail',
        kind: 'email',
        topicArn: 'arn:aws:sns:eu-west-1:123456789012:shelflife',
        clusters: ['main'],
        namespaces: ['team-*'],
      },
    ],
  },
}
