import { Validations } from 'aws-cdk-lib'
import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { Config } from '../config.ts'

/** Where functions run, as the props of a function name it. */
export interface Network {
  readonly vpc: IVpc
  readonly vpcSubnets: SubnetSelection
  readonly securityGroups: ISecurityGroup[]
}

/** The VPC as the configuration gives it: nothing is looked up, so that a synth needs no account. */
export function networkOf(scope: Construct, config: NonNullable<Config['vpc']>): Network {
  const vpc = Vpc.fromVpcAttributes(scope, 'vpc', {
    vpcId: config.vpcId,
    availabilityZones: [...config.availabilityZones],
    privateSubnetIds: [...config.subnetIds],
  })
  Validations.of(vpc).acknowledge({
    id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
    reason: 'functions are put into the subnets; their routes belong to the owner of the VPC',
  })
  return {
    vpc,
    vpcSubnets: { subnets: vpc.privateSubnets },
    securityGroups: config.securityGroupIds.map((id, at) =>
      SecurityGroup.fromSecurityGroupId(scope, `security-group-${at}`, id, { mutable: false }),
    ),
  }
}
