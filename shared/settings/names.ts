import * as z from 'zod'

/** The name or ARN of a secret. */
export const secretId = z.string().min(1).describe('the name or ARN of a Secrets Manager secret')

/** A source of workloads: a cluster, or an account of AWS. */
export const sourceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens')
