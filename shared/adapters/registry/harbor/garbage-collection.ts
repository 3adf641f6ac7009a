import * as z from 'zod'
import { findJson } from '../../../domain/json.ts'
import type { GarbageCollection } from '../../../domain/providers/provider.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { getHarborJson, orUntold } from './harbor-api.ts'

const schedule = z.object({
  schedule: z.object({ type: z.string().optional(), cron: z.string().optional() }).nullish(),
  job_parameters: z.string().optional(),
})
const parameters = z.object({
  delete_untagged: z.boolean().optional().catch(undefined),
  time_window: z.number().nonnegative().optional().catch(undefined),
})

/**
 * Undefined for whoever may not know, which is everybody but system administrators and robots with that right, and where
 * Harbor does not answer: it informs and decides nothing.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/jobservice/job/impl/gc/garbage_collection.go
 */
export async function findCollection(session: OciSession): Promise<GarbageCollection | undefined> {
  const parsed = schedule.safeParse(await orUntold(() => getHarborJson(session, '/system/gc/schedule')))
  return parsed.success ? collectionOf(parsed.data) : undefined
}

function collectionOf({ schedule: when, job_parameters }: z.infer<typeof schedule>): GarbageCollection {
  const stated = parameters.safeParse(findJson(job_parameters ?? '{}'))
  const { delete_untagged, time_window } = stated.success ? stated.data : {}
  return {
    ...(when?.cron && when.type !== 'None' && { cron: when.cron }),
    deletesUntagged: delete_untagged ?? true,
    sparesHours: time_window ?? 2,
  }
}
