import type { StageCounts } from '../api.ts'

type StageName = keyof StageCounts

/** In the order in which an image goes through them. */
export const stages: readonly StageName[] = ['Introduction', 'Use', 'Maintenance', 'Cleanup']
