import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { Settings } from '../../settings.ts'
import { createAwsWorkloads } from './aws-workloads.ts'

/** Every account and region that the settings name. Makes no call yet. */
export const connectAwsWorkloads = (settings: Settings): WorkloadSource[] =>
  settings.awsWorkloads.map(one => createAwsWorkloads(one))
