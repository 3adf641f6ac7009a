import { CfnResource, Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Settings } from '../../shared/settings.ts'
import { rules } from '../../shared/wiring.ts'
import { ecrRegistriesOf } from './ecr-registries.ts'

/** The name of the statement in the policy of the bus. */
const statementId = 'shelflife-ecr-events'

/**
 * Lets the accounts whose ECR registries the settings name forward the events of ECR, and no others, to the account's own
 * bus. Nothing where there are none.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
 */
export class EcrEventPolicy extends Construct {
  constructor(scope: Construct, id: string, { settings }: { readonly settings: Settings }) {
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
      properties: { StatementId: statementId, EventBusName: 'default', Statement: statement },
    })
  }
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)]
