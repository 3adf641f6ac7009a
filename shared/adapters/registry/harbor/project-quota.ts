import * as z from 'zod'
import type { StorageQuota } from '../../../ports/registry.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { getHarborJson, harborPlaceOf, orUntold } from './harbor-api.ts'

const bytes = z.object({ storage: z.number() })
const summary = z.object({ quota: z.object({ hard: bytes, used: bytes }) })

/**
 * What the project of a repository holds and may hold, each blob once; undefined for a credential that may not read
 * quotas, and where Harbor does not say: then what images are known to hold counts.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/server/v2.0/handler/project.go
 */
export async function findProjectQuota(session: OciSession, repository: string): Promise<StorageQuota | undefined> {
  const place = harborPlaceOf(repository)
  if (place === undefined) return undefined
  const parsed = summary.safeParse(await orUntold(() => getHarborJson(session, `/projects/${place.project}/summary`)))
  if (!parsed.success) return undefined
  const { hard, used } = parsed.data.quota
  // Harbor's sign for no limit is -1.
  return {
    scope: place.project,
    usedBytes: Math.max(0, used.storage),
    ...(hard.storage > 0 && { capacityBytes: hard.storage }),
  }
}
