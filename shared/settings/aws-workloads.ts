import * as z from 'zod'
import { awsRegion, roleArn, sourceName } from './names.ts'

/** The Lambda functions and ECS task definitions of one account in one region. */
export const awsWorkloadSettings = z.strictObject({
  /** As usage names it, beside the clusters. */
  name: sourceName,
  /** Default: the region of the installation. */
  region: awsRegion.optional(),
  /** A role of another account that may list there, and trusts the roles of inventory and sweep-execute. */
  roleArn: roleArn.optional(),
})
