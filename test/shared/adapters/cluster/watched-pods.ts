import type { ServerResponse } from 'node:http'
import { answerJson, type ReceivedCall } from './scripted-api.ts'
import { clusterThat } from './scripted-cluster.ts'

export const pod = (name: string, image: string, version: number) => ({
  metadata: { name, namespace: 'production', uid: `uid-of-${name}`, resourceVersion: String(version) },
  spec: { containers: [{ name: 'main', image }] },
})

export const lineOf = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`

export type Answer = (response: ServerResponse, call: ReceivedCall) => void

/** For the second that a server is asked for. */
export const aSecondMs = 200

/** Ends as a server does when the time that it was asked for is over. */
export const whole =
  (...lines: string[]): Answer =>
  response => {
    response.writeHead(200).write(lines.join(''))
    setTimeout(() => response.end(), aSecondMs)
  }

/**
 * A cluster that runs Pods and nothing else. Its other kinds change nothing; a watch of Pods is answered by each of the given
 * answers once, and then by none of the changes. `version` is what it is at.
 */
export const runningPods = (...watches: Answer[]) => runningPodsWithin(5_000, ...watches)

/** The same, for a client that waits so long for the beginning of an answer. */
export const runningPodsWithin = (timeoutMs: number, ...watches: Answer[]) => podsOf({ timeoutMs, watches })

/** The same, where a list of so many is read again each time. */
export const fewPods = (shortList: number) => podsOf({ timeoutMs: 5_000, watches: [], shortList })

interface Watched {
  readonly timeoutMs: number
  readonly watches: Answer[]
  readonly shortList?: number
}

async function podsOf({ timeoutMs, watches, shortList = 0 }: Watched) {
  const state = {
    version: 10,
    pods: [pod('first', 'registry.example.com/app:v1', 5)] as object[],
    /** How far the clock of the client is ahead. */
    aheadMs: 0,
    lists: 0,
    watches: 0,
    /** Of each page of the list of Pods; default: one page at `version`. */
    pages: undefined as readonly { readonly version?: string; readonly pods: readonly object[] }[] | undefined,
  }
  const { cluster } = await clusterThat(
    (call, response) => {
      const url = new URL(call.url, 'http://localhost')
      const isPods = url.pathname === '/api/v1/pods'
      const metadata = { resourceVersion: String(state.version) }
      if (url.searchParams.get('watch') === null) {
        const pages = state.pages ?? [{ version: metadata.resourceVersion, pods: state.pods }]
        const at = Number(url.searchParams.get('continue') ?? 0)
        state.lists += isPods && at === 0 ? 1 : 0
        const page = pages[at]
        const next = at + 1 < pages.length ? String(at + 1) : ''
        const podList = {
          kind: 'PodList',
          metadata: { resourceVersion: page?.version, continue: next },
          items: page?.pods,
        }
        answerJson(response, 200, isPods ? podList : { kind: 'AnyList', metadata, items: [] })
      } else if (isPods) {
        state.watches += 1
        ;(watches.shift() ?? whole())(response, call)
      } else whole()(response, call)
    },
    timeoutMs,
    { shortList, wholeWatchMs: aSecondMs / 2, now: () => new Date(Date.now() + state.aheadMs) },
  )
  const images = async (maxAgeMs = 0) =>
    (await cluster.view?.(maxAgeMs).listWorkloads())?.map(({ name, image }) => `${name} ${image}`).sort()
  return { state, cluster, images }
}

export const first = 'first registry.example.com/app:v1'
export const second = 'second registry.example.com/app:v2'
export const secondAdded = lineOf('ADDED', pod('second', 'registry.example.com/app:v2', 8))
