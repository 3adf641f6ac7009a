import { Stack } from 'aws-cdk-lib'
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'

export interface AlarmTopicProps {
  readonly names: InstallationNames
  readonly email?: string | undefined
}

/** The topic by which people are told of alarms. */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, { names, email }: AlarmTopicProps) {
    super(scope, id, { displayName: `${names.name} alarms`, enforceSSL: true })
    // The TLS rule replaces the topic's default policy, which is what lets CloudWatch publish.
    this.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    if (email) this.addSubscription(new EmailSubscription(email))
  }
}
