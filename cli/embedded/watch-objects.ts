import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createKubernetesCluster } from '../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { CustomKind, ObjectChange } from '../../shared/ports/cluster.ts'

/** The server ends a watch after this time, so that one whose connection broke unnoticed is opened again as well. */
const watchSeconds = 300
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
  const cluster = createKubernetesCluster({ name: 'local', kubeconfig: readFileSync(kubeconfigPath, 'utf8') })
  const ending = new AbortController()
  const { signal } = ending
  const seen = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined

  const note = ({ type, object }: ObjectChange) => {
    const { uid, generation, annotations } = object.metadata
    const now = JSON.stringify([generation, annotations])
    if (type === 'gone' || seen.get(uid) === now) return
    seen.set(uid, now)
    clearTimeout(timer)
    timer = setTimeout(onChange, debounceMs)
  }
  const watch = async (kind: CustomKind) => {
    let version: string | undefined = await cluster.listObjectsAt(kind, page => {
      for (const object of page) note({ type: 'present', object })
    })
    while (version !== undefined) {
      version = await cluster.watchObjects(kind, version, { seconds: watchSeconds, onChange: note, signal })
      await pause(reconnectMs, undefined, { ref: false, signal })
    }
  }
  const connect = (kind: CustomKind) => {
    if (signal.aborted) return
    const again = () => void setTimeout(() => connect(kind), reconnectMs).unref()
    watch(kind).then(again, again)
  }
  for (const kind of kinds) connect(kind)
  return {
    stop: () => {
      ending.abort()
      clearTimeout(timer)
    },
  }
}
