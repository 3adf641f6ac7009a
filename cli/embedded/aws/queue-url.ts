import type { AwsIdentity } from './identity.ts'

export const queueUrlOf = (endpoint: string, identity: AwsIdentity, name: string): string =>
  `${endpoint}/${identity.accountId}/${name}`
