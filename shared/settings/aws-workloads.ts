import * as z from 'zod'
import { awsServices } from '../domain/aws-services.ts'
import { accountId, awsRegion, roleArn, sourceName } from './names.ts'

const organizationalUnit = z
  .string()
  .regex(
    /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/,
    'expected a root or organizational unit like ou-ab12-…',
  )

/** The accounts of an organization, each in each of the regions. */
const organization = z
  .strictObject({
    /** The role that is assumed in each account, with its path; `infra/accounts/shelflife-list-role.yaml` makes it. */
    roleName: z
      .string()
      .regex(/^[\w+=,.@/-]{1,128}$/, 'expected the name of an IAM role')
      .default('shelflife-list'),
    regions: z.array(awsRegion).min(1, 'expected at least one region'),
    /** These alone; default: all. */
    accounts: z.array(accountId).min(1, 'expected at least one account, or no list for all').optional(),
    /** Those below these alone, at any depth; default: all. */
    organizationalUnits: z.array(organizationalUnit).min(1, 'expected at least one, or no list for all').optional(),
    /** Asked for nothing, and what is recorded of them protects nothing. */
    exclude: z.array(accountId).default([]),
  })
  .refine(one => one.accounts === undefined || one.organizationalUnits === undefined, {
    path: ['organizationalUnits'],
    message: 'expected none beside accounts',
  })

/** What runs images in one account in one region, or in all accounts of an organization. */
export const awsWorkloadSettings = z
  .strictObject({
    /** As usage names it, beside the clusters. */
    name: sourceName,
    /** Default: the region of the installation. */
    region: awsRegion.optional(),
    /**
     * A role of another account that may list there, and trusts the roles of inventory and sweep-execute; with
     * `organization` the role that may list its accounts. Default: the roles of the functions.
     */
    roleArn: roleArn.optional(),
    organization: organization.optional(),
    /** Which services are listed there; default: all that are known to run images. */
    services: z
      .array(z.enum(awsServices))
      .min(1, 'expected at least one service, or no list for all')
      .default([...awsServices]),
  })
  .refine(one => one.region === undefined || one.organization === undefined, {
    path: ['region'],
    message: 'expected none beside organization, which names its own',
  })
