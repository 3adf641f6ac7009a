import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { Settings } from '../../settings.ts'
import { createAwsWorkloads } from './aws-workloads.ts'
import { createOrganization } from './organization.ts'

/** Every account and region, and every organization, that the settings name. Makes no call yet. */
export const connectAwsWorkloads = (settings: Settings): WorkloadSource[] =>
  settings.awsWorkloads.map(({ organization, ...one }) =>
    organization ? createOrganization(one, organization) : createAwsWorkloads(one),
  )
