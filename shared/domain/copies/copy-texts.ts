import { amountText } from '../amount-text.ts'
import { secondsOf } from '../instant.ts'
import { partsOf } from '../repository-id.ts'
import type { CachedFrom, Copied, RepositoryCopies } from './repository-copies.ts'

const replicaRule =
  'what is deleted here is not replicated again until it is pushed there anew or somebody has it backfilled; a restore puts it back here alone'
const sourceRule =
  'a delete here leaves it there unless the rule replicates deletes; a restore here is a push, and is replicated again'
const cacheRule =
  'the next pull fetches what is deleted again as long as upstream has it; a restore puts back what upstream has no more'

/** How the registries copy a repository and what that does to deletes and restores, a line for each; none where they do not. */
export const copyLines = ({ sources, replicas, cachedFrom, unknown }: RepositoryCopies): string[] => [
  ...sources.map(({ id, ...by }) => `replica of ${id}, ${byText(by)}: ${replicaRule}`),
  ...(replicas.length === 0 ? [] : [`${replicatedText(replicas)}: ${sourceRule}`]),
  ...(cachedFrom ? [`${cacheText(cachedFrom)}: ${cacheRule}`] : []),
  ...unknown.map(why => `whether it is a copy, or is copied, is not known: ${why}`),
]

const byText = ({ by, readAt }: Omit<Copied, 'id'>): string =>
  `by replication of ${by.account}/${by.region} (as of ${secondsOf(readAt)})`

const replicatedText = (replicas: readonly Copied[]): string => {
  const [first] = replicas
  return `replicated to ${replicas.map(({ id }) => id).join(', ')}${first ? `, ${byText(first)}` : ''}`
}

/** Where a rule takes all paths that no other takes, what people push lies beside what it fetched. */
function cacheText({ upstream, rule, readAt }: CachedFrom): string {
  const asOf = `(as of ${secondsOf(readAt)})`
  return rule.prefix === ''
    ? `cache of ${upstream} where it was not pushed, by the pull-through rule for all paths that no other has ${asOf}`
    : `cache of ${upstream}, by the pull-through rule ${rule.prefix} ${asOf}`
}

/** The same of many repositories, a line for each rule by which some of them are copied. */
export function copyOverview(all: readonly RepositoryCopies[]): string[] {
  const lines = all.flatMap(({ sources, replicas, cachedFrom, unknown }) => [
    ...sources.map(({ id, ...by }) => `replicas of ${hostOf(id)}, ${byText(by)}: ${replicaRule}`),
    ...(replicas.length === 0 ? [] : [`replicated to ${hostsOf(replicas)}: ${sourceRule}`]),
    ...(cachedFrom ? [`caches of ${hostOf(cachedFrom.upstream)}: ${cacheRule}`] : []),
    ...unknown.map(why => `copied, or copies, in a way that is not known: ${why}`),
  ])
  const counts = Map.groupBy(lines, line => line)
  return [...counts].map(([line, same]) => `${amountText(same.length, 'repository')}: ${line}`)
}

const hostOf = (id: string): string => partsOf(id).registry
const hostsOf = (copied: readonly Copied[]): string => copied.map(({ id }) => hostOf(id)).join(', ')
