import { EventBus, Rule } from 'aws-cdk-lib/aws-events'
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { rules } from '../../shared/wiring.ts'

export interface EcrEventForwardingProps {
  /** The default bus of the installation: `arn:aws:events:REGION:ACCOUNT:event-bus/default`. */
  readonly busArn: string
}

/**
 * Forwards the events of ECR of one account and region to the installation. For an app of the other account;
 * `infra/accounts/shelflife-ecr.yaml` does the same without CDK, and makes the roles.
 */
export class EcrEventForwarding extends Construct {
  constructor(scope: Construct, id: string, { busArn }: EcrEventForwardingProps) {
    super(scope, id)
    const bus = EventBus.fromEventBusArn(this, 'bus', busArn)
    for (const [name, { pattern }] of Object.entries(rules))
      new Rule(this, name, {
        eventPattern: { source: [...pattern.source], detailType: [...pattern['detail-type']] },
        targets: [new EventBusTarget(bus)],
      })
  }
}
