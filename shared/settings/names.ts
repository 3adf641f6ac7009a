import * as z from 'zod'
import { awsRegionPattern } from '../domain/ecr-host.ts'
import { isSourceScope } from '../domain/source-name.ts'

/** The name or ARN of a secret. */
export const secretId = z.string().min(1).describe('the name or ARN of a Secrets Manager secret')

/** A source of workloads: a cluster, or an account of AWS. */
export const sourceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens')

export const awsRegion = z.string().regex(awsRegionPattern, 'expected an AWS region like eu-west-1')

export const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/, 'expected the ARN of an IAM role')

export const accountAlias = z
  .string()
  .regex(
    /^[a-z0-9]+([._-][a-z0-9]+)*$/,
    'expected an alias of a public registry: lower-case letters, digits, and - _ . between',
  )

export const accountId = z.string().regex(/^[0-9]{12}$/, 'expected an AWS account: twelve digits')

/** A source of workloads, or those of an organization that are named by account, region or `*`. */
export const sourceScope = z
  .string()
  .refine(isSourceScope, 'expected the name of a source, or org/ACCOUNT, org/ACCOUNT/REGION or org/*/REGION of one')
