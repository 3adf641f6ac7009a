import { KubeConfig, Watch } from '@kubernetes/client-node'
import { giveOwnAwsToPlugins } from '../../shared/own-aws.ts'

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
  plurals: readonly string[],
  onChange: () => void,
): { stop(): void } {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigPath)
  giveOwnAwsToPlugins(config.users)
  const watch = new Watch(config)
  const seen = new Map<string, string>()
  const open = new Map<string, AbortController>()
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const note = (phase: string, object: WatchedObject) => {
    if (phase !== 'ADDED' && phase !== 'MODIFIED') return
    const { uid, generation, annotations } = object.metadata
    const now = JSON.stringify([generation, annotations])
    if (seen.get(uid) === now) return
    seen.set(uid, now)
    clearTimeout(timer)
    timer = setTimeout(onChange, debounceMs)
  }
  const connect = (plural: string) => {
    if (stopped) return
    const again = () => {
      open.delete(plural)
      setTimeout(() => connect(plural), reconnectMs).unref()
    }
    watch
      .watch(`/apis/image.theriseunion.io/v1alpha1/${plural}`, {}, note, again)
      .then(controller => open.set(plural, controller), again)
  }
  for (const plural of plurals) connect(plural)
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      for (const controller of open.values()) controller.abort()
    },
  }
}
