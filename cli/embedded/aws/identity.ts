/** The account and region in which the loopback endpoint places everything it serves. */
export interface AwsIdentity {
  readonly accountId: string
  readonly region: string
}

export const localAccountId = '000000000000'

export const arnOf = (identity: AwsIdentity, service: string, resource: string): string =>
  `arn:aws:${service}:${identity.region}:${identity.accountId}:${resource}`
