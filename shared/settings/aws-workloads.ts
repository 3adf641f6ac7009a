import * as z from 'zod'
import { sourceName } from './names.ts'

/** The Lambda functions and ECS task definitions of one account in one region. */
export const awsWorkloadSettings = z.strictObject({
  /** As usage names it, beside the clusters. */
  name: sourceName,
  /** Default: the region of the installation. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'expected an AWS region like eu-west-1')
    .optional(),
  /** A role of another account that may list there, and trusts the roles of inventory and sweep-execute. */
  roleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/, 'expected the ARN of an IAM role')
    .optional(),
})
