import { CfnResource, Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import type { Settings } from '../../shared/settings.ts'
import { rules } from '../../shared/wiring.ts'
import { ecrRegistriesOf } from './ecr-registries.ts'

export interface EcrEventPolicyProps {
  readonly settings: Settings
  readonly names: InstallationNames
}

/**
 * Lets the accounts whose ECR registries the settings name forward the events of ECR, and no others, to the account's own
 * bus. Nothing where there are none.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
 */
export class EcrEventPolicy extends Construct {
  constructor(scope: Construct, id: string, { settings, names }: EcrEventPolicyProps) {
    super(scope, id)
    const stack = Stack.of(this)
    const accounts = ecrRegistriesOf(settings, stack).map(({ account }) => account)
    const others = [...new Set(accounts)].filter(account => account !== stack.account)
    if (others.length === 0) return
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: others.map(account => `arn:${stack.partition}:iam::${account}:root`) },
      Action: 'events:PutEvents',
      Resource: `arn:${stack.partition}:events:${stack.region}:${stack.account}:event-bus/default`,
      Condition: {
        'ForAllValues:StringEquals': {
          'events:source': distinct(Object.values(rules).flatMap(rule => rule.pattern.source)),
          'events:detail-type': distinct(Object.values(rules).flatMap(rule => rule.pattern['detail-type'])),
        },
      },
    }
    // The class for it warns at each synth of properties that nobody sets.
    new CfnResource(this, 'policy', {
      type: 'AWS::Events::EventBusPolicy',
      // CloudFormation takes the id for the resource's own, in the whole account and region.
      properties: { StatementId: `${names.name}-ecr-events`, EventBusName: 'default', Statement: statement },
    })
  }
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)]
