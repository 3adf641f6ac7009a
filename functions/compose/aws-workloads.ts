import { connectAwsWorkloads } from '../../shared/adapters/aws-workloads/connect-aws-workloads.ts'
import type { Settings } from '../../shared/settings.ts'

export const openAwsWorkloads = (settings: Settings) => connectAwsWorkloads(settings)
