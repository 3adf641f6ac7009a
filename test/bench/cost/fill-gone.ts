import { changeIndexKeys } from '../../../shared/adapters/store/keys.ts'
import { table as keys } from '../../../shared/adapters/store/table.ts'
import { dayMs } from '../../../shared/domain/duration.ts'
import { type Item, textOf } from './items.ts'
import type { Registry } from './registry.ts'
import type { Table } from './table.ts'
import { namesOf, registryHost, tagAt, type World } from './world.ts'

/** Far behind all that is there or is pushed. */
const firstGone = 500_000
const others = 100_000
const days = 3

/**
 * Adds to the first repository so many tags, each on an image of its own, that a policy deleted some days ago: such that were
 * put away and that the table still shows, or such that are to be put away. Their items are those of what is there, told of
 * as deleted. The first repository must have been synced.
 */
export function fillGone(
  table: Table,
  registry: Registry,
  world: World,
  { count, isPutAway }: { readonly count: number; readonly isPutAway: boolean },
): void {
  const items = table.itemsOf(`REPO#${registryHost}/${namesOf(0, world).path}`)
  const [tag, image] = [one(items, 'TAG#'), one(items, 'IMAGE#')]
  const places = Array.from({ length: count }, (_, at) => firstGone + (isPutAway ? 0 : others) + at)
  table.fill(
    places.flatMap(place =>
      [tag, image].map(json => {
        const told = named(longAgo(json), { tag, image }, place, registry)
        return JSON.stringify(deleted(JSON.parse(told) as Item, isPutAway))
      }),
    ),
  )
}

function one(items: readonly string[], prefix: string): string {
  const found = items.find(json => json.includes(`"sk":{"S":"${prefix}`) && !json.includes('"goneAt"'))
  if (found === undefined) throw new Error(`expected an item ${prefix} of the first repository, found none`)
  return found
}

const longAgo = (json: string): string =>
  json.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, time => new Date(Date.parse(time) - days * dayMs).toISOString())

const policy = 'cluster-00/team-000/cleanup'

/** As long as what a policy writes. */
function deleted(item: Item, isPutAway: boolean): Item {
  const change = (item.change?.M ?? {}) as Item
  const facts = ['pushed 2026-01-01T00:00:00Z', 'never seen running', 'marked 2026-01-01T00:00:00Z by its policy']
  return {
    ...item,
    goneAt: change.at ?? {},
    change: {
      M: {
        ...change,
        actor: { S: `policy ${policy}` },
        action: { S: 'deleted' },
        runId: { S: '20260101t000000z-0123456789' },
        reason: { S: 'keepRecent: 225 newer images of its repository are kept' },
        facts: { L: facts.map(S => ({ S })) },
      },
    },
    ...foundBy(textOf(change.at), textOf(change.id)),
    ...(isPutAway && { [keys.timeToLive]: { N: '1' } }),
  }
}

const foundBy = (at: string, id: string): Item =>
  Object.fromEntries(
    Object.entries(changeIndexKeys(new Date(at), id, `policy ${policy}`)).map(([name, S]) => [name, { S }]),
  )

function named(
  json: string,
  { tag, image }: { readonly tag: string; readonly image: string },
  place: number,
  registry: Registry,
): string {
  const digest = registry.digestAt(place)
  return [...digestsIn(tag), ...digestsIn(image)]
    .reduce((told, before) => told.replaceAll(before, digest), json)
    .replaceAll(nameIn(tag), tagAt(place))
    .replaceAll(idIn(tag), `tag-gone-${place}`)
    .replaceAll(idIn(image), `image-gone-${place}`)
}

const found = (pattern: RegExp, json: string): string => pattern.exec(json)?.[1] ?? ' '
const digestsIn = (json: string): string[] => [found(/"digest":\{"S":"(sha256:[0-9a-f]{64})"/, json)]
const nameIn = (json: string): string => found(/"sk":\{"S":"TAG#([^"]+)"/, json)
/** The id of the entry that it carries, by which the entry is found. */
const idIn = (json: string): string => found(/"id":\{"S":"([^"]+)"/, json)
