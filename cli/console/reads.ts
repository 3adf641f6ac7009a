import type * as z from 'zod'
import { listRuns } from '../runs/list-runs.ts'
import type { Reads } from './api.ts'
import { actionsOf, parseAsked, queries, timeOf } from './asked.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { readHistoryPage } from './history-page.ts'
import { readImagePage } from './image-page.ts'
import { readOverview } from './overview.ts'
import { pageOf } from './paging.ts'
import { readBytesPicture, readCalendar, readPullsPicture } from './pictures.ts'
import { listPolicyPage, readPolicyPage } from './policies.ts'
import { listRepositoryPage, readRepositoryPage } from './repositories.ts'
import { readStagesPicture } from './stages-picture.ts'

type Read<Path extends keyof Reads> = (query: unknown, deps: ConsoleDeps) => Promise<Reads[Path]['answer']>

const parse = <Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> =>
  parseAsked(schema, query, 'query')

/** What can be read, by path: each takes what its query says, and refuses what it does not know. */
export const reads: { readonly [Path in keyof Reads]: Read<Path> } = {
  '/api/overview': async (query, deps) => {
    parse(queries.none, query)
    return readOverview(deps)
  },
  '/api/repositories': async (query, deps) => listRepositoryPage(parse(queries.repositories, query), deps),
  '/api/repository': async (query, deps) => readRepositoryPage(parse(queries.repository, query), deps),
  '/api/image': async (query, deps) => readImagePage(parse(queries.named, query).name, deps),
  '/api/policies': async (query, deps) => listPolicyPage(parse(queries.page, query), deps),
  '/api/policy': async (query, deps) => readPolicyPage(parse(queries.named, query).name, deps),
  '/api/runs': async (query, { installation, now }) => {
    const { since, policy, namespace, ...page } = parse(queries.runs, query)
    const from = timeOf(since, now(), 'since')
    const asked = {
      ...(policy !== undefined && { policy }),
      ...(namespace !== undefined && { namespace }),
      ...(from && { since: from }),
    }
    const { runs, forgotten } = await listRuns(asked, installation)
    const { from: _, ...shown } = pageOf(runs, one => one.run, page)
    return { ...shown, forgotten }
  },
  '/api/history': async (query, deps) => {
    const { action, since, until, ...asked } = parse(queries.history, query)
    const now = deps.now()
    const actions = actionsOf(action)
    const times = { since: timeOf(since, now, 'since'), until: timeOf(until, now, 'until') }
    return readHistoryPage(
      {
        ...asked,
        ...(actions && { actions }),
        ...(times.since && { since: times.since }),
        ...(times.until && { until: times.until }),
      },
      deps,
    )
  },
  '/api/pictures/stages': async (query, deps) => {
    parse(queries.none, query)
    return readStagesPicture(deps)
  },
  '/api/pictures/bytes': async (query, deps) => {
    parse(queries.none, query)
    return readBytesPicture(deps)
  },
  '/api/pictures/pulls': async (query, deps) => readPullsPicture(parse(queries.page, query), deps),
  '/api/pictures/calendar': async (query, deps) => {
    parse(queries.none, query)
    return readCalendar(deps)
  },
}
