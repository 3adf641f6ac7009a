import * as z from 'zod'
import { awsRegionPattern } from '../domain/ecr-host.ts'

/** The name or ARN of a secret. */
export const secretId = z.string().min(1).describe('the name or ARN of a Secrets Manager secret')

/** A source of workloads: a cluster, or an account of AWS. */
export const sourceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens')

export const awsRegion = z.string().regex(awsRegionPattern, 'expected an AWS region like eu-west-1')

export const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/, 'expected the ARN of an IAM role')
