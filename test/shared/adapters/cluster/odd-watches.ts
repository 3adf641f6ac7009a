import type { ServerResponse } from 'node:http'
import type { Dice } from '../../../soak/dice.ts'
import { answerJson, type ReceivedCall, statusBody } from './scripted-api.ts'
import { clusterThat } from './scripted-cluster.ts'
import { aSecondMs, lineOf, pod } from './watched-pods.ts'

/** How a watch is answered, and how often; `whole` is what a server should do. */
const manners = {
  whole: 10,
  cut: 1,
  half: 2,
  twice: 1,
  page: 1,
  error: 1,
  expired: 1,
  unknown: 1,
  unframed: 1,
  reset: 1,
}
type Manner = keyof typeof manners

interface Change {
  readonly version: number
  readonly line: string
}

/** Pods that change by chance, with all that ever happened to them. */
class ChangingPods {
  readonly pods = new Map<string, ReturnType<typeof pod>>()
  readonly journal: Change[] = []
  readonly listeners = new Set<(change: Change) => void>()
  version = 100
  /** No watch can be told from before it. */
  oldest = 100
  readonly #dice: Dice
  /** What ran from when on. */
  readonly #moments = [{ atMs: performance.now(), running: new Set<string>() }]

  constructor(dice: Dice) {
    this.#dice = dice
  }

  change(): void {
    this.version += 1
    const name = `pod-${this.#dice.below(100)}`
    const before = this.pods.get(name)
    if (before && this.#dice.chance(50)) {
      this.pods.delete(name)
      this.#publish('DELETED', pod(name, before.spec.containers[0]?.image ?? '', this.version))
    } else {
      const now = pod(name, `registry.example.com/app:v${this.version}`, this.version)
      this.pods.set(name, now)
      this.#publish(before ? 'MODIFIED' : 'ADDED', now)
    }
    if (this.#dice.chance(2)) this.oldest = this.version
  }

  #publish(type: string, object: object): void {
    const change = { version: this.version, line: lineOf(type, object) }
    this.journal.push(change)
    for (const listener of this.listeners) listener(change)
    const running = [...this.pods.values()].map(one => `${one.metadata.name} ${one.spec.containers[0]?.image}`)
    this.#moments.push({ atMs: performance.now(), running: new Set(running) })
  }

  /** What ran at all from one moment to another, and what ran all the time, as `name image`. */
  between(fromMs: number, toMs: number) {
    const first = this.#moments.findLastIndex(({ atMs }) => atMs <= fromMs)
    const sets = this.#moments.slice(first).flatMap(({ atMs, running }) => (atMs <= toMs ? [running] : []))
    return {
      ever: new Set(sets.flatMap(running => [...running])),
      always: [...(sets[0] ?? [])].filter(one => sets.every(running => running.has(one))),
    }
  }
}

/** A cluster whose Pods are these, and whose watches of Pods end in all manners. */
export async function oddlyWatched(dice: Dice) {
  const world = new ChangingPods(dice)
  const answer = ({ url }: ReceivedCall, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const isPods = pathname === '/api/v1/pods'
    const metadata = { resourceVersion: String(world.version) }
    if (searchParams.get('watch') === null)
      return answerJson(response, 200, { kind: 'AnyList', metadata, items: isPods ? [...world.pods.values()] : [] })
    const from = isPods ? Number(searchParams.get('resourceVersion')) : world.version
    answerWatch(from, isPods ? dice.weighted(manners) : 'whole', response, world, dice)
  }
  const { cluster } = await clusterThat(answer, undefined, { wholeWatchMs: aSecondMs / 2 })
  return { cluster, world }
}

function answerWatch(from: number, manner: Manner, response: ServerResponse, world: ChangingPods, dice: Dice) {
  if (manner === 'reset') return response.destroy()
  if (manner === 'error') return answerJson(response, 500, statusBody(500, 'InternalError'))
  if (from < world.oldest) return answerJson(response, 410, statusBody(410, 'Expired'))
  if (manner === 'unframed') response.removeHeader('transfer-encoding')
  response.writeHead(200).flushHeaders()
  const tell = ({ line }: Change) => response.write(manner === 'twice' ? line + line : line)
  const past = world.journal.filter(one => one.version > from)
  const told = manner === 'half' ? past.slice(0, dice.below(past.length)) : past
  for (const one of told) tell(one)
  if (manner !== 'half') world.listeners.add(tell)
  const lastWords: Partial<Record<Manner, string>> = {
    half: past[told.length]?.line.slice(0, -20) ?? '{"type":"ADD',
    page: '<html>\n</html>\n',
    expired: lineOf('ERROR', statusBody(410, 'Expired')),
    unknown: lineOf('RENAMED', pod('pod-1', 'registry.example.com/app:v0', world.version)),
  }
  const isCut = manner === 'cut' || manner === 'unframed'
  const end = () => (isCut ? response.destroy() : response.end(lastWords[manner]))
  const timer = setTimeout(end, isCut ? dice.below(aSecondMs) : aSecondMs)
  response.on('close', () => {
    clearTimeout(timer)
    world.listeners.delete(tell)
  })
}
