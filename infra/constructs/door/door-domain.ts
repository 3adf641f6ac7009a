import { CfnOutput, type CfnResource } from 'aws-cdk-lib'
import { CfnApiMapping, CfnDomainName } from 'aws-cdk-lib/aws-apigatewayv2'
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53'
import { Construct } from 'constructs'
import type { DomainSettings } from '../../way-in.ts'

/** A domain in front of an API of either kind. */
export class DoorDomain extends Construct {
  readonly address: string
  readonly #domain: CfnDomainName

  constructor(scope: Construct, id: string, { name, certificateArn, hostedZoneId }: DomainSettings) {
    super(scope, id)
    this.address = `https://${name}`
    this.#domain = new CfnDomainName(this, 'name', {
      domainName: name,
      domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }],
    })
    const target = this.#domain.attrRegionalDomainName
    new CfnOutput(scope, 'target', {
      value: target,
      description: `where the DNS record of ${name} must lead`,
    }).overrideLogicalId('DomainTarget')
    if (hostedZoneId !== undefined)
      new CfnRecordSet(this, 'record', {
        hostedZoneId,
        name,
        type: 'A',
        aliasTarget: { dnsName: target, hostedZoneId: this.#domain.attrRegionalHostedZoneId },
      })
  }

  /** An API that a domain leads to cannot be deleted: with both the domain goes first. */
  standBefore(api: CfnResource): void {
    this.#domain.addResourceDependency(api)
  }

  /** Without a path, so that functions are asked for the same paths by each address. Part of `scope`, since the stage may be. */
  map(scope: Construct, apiId: string, stage: string): CfnApiMapping {
    return new CfnApiMapping(scope, 'door-mapping', { apiId, stage, domainName: this.#domain.ref })
  }
}
