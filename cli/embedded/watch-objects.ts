import { readFileSync } from 'node:fs'
import { parseKubeconfig } from '../../shared/adapters/cluster/kubeconfig.ts'
import { collectionPath } from '../../shared/adapters/cluster/paths.ts'
import type { CustomKind } from '../../shared/ports/cluster.ts'
import { openWatch, type WatchEvent } from './open-watch.ts'

/** What a change of which is worth a look before the next minute. */
interface WatchedObject {
  readonly metadata: {
    readonly uid: string
    readonly generation?: number
    readonly annotations?: Readonly<Record<string, string>>
  }
}

const reconnectMs = 1000
const debounceMs = 100

/**
 * Calls `onChange` soon after an object's spec or annotations changed, so that one machine answers at once what the
 * schedules would answer within the minute. Statuses that the functions write themselves are no change.
 */
export function watchObjects(
  kubeconfigPath: string,
  kinds: readonly CustomKind[],
  onChange: () => void,
): { stop(): void } {
  const server = parseKubeconfig('local', readFileSync(kubeconfigPath, 'utf8'))
  const ending = new AbortController()
  const seen = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined

  const note = ({ type, object }: WatchEvent<WatchedObject>) => {
    if (type !== 'ADDED' && type !== 'MODIFIED') return
    const { uid, generation, annotations } = object.metadata
    const now = JSON.stringify([generation, annotations])
    if (seen.get(uid) === now) return
    seen.set(uid, now)
    clearTimeout(timer)
    timer = setTimeout(onChange, debounceMs)
  }
  const connect = (kind: CustomKind) => {
    if (ending.signal.aborted) return
    const again = () => void setTimeout(() => connect(kind), reconnectMs).unref()
    openWatch(server, collectionPath(kind), note, ending.signal).then(again, again)
  }
  for (const kind of kinds) connect(kind)
  return {
    stop: () => {
      ending.abort()
      clearTimeout(timer)
    },
  }
}
