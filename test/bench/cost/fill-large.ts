import type { Registry } from './registry.ts'
import type { Table } from './table.ts'
import { largePath, namesOf, registryHost, tagAt, type World } from './world.ts'

/**
 * Fills the table with the large repository, as it would stand there after its syncs: its items are those of the first
 * repository, told of as many tags and images as the world says, of which some are a year older. The first repository must
 * have been synced.
 */
export function fillLarge(table: Table, registry: Registry, world: World): void {
  const { large } = world
  if (!large) return
  const first = namesOf(0, world).path
  const items = table.itemsOf(`REPO#${registryHost}/${first}`).map(json => json.replaceAll(first, largePath))
  const tag = oneOf(items, 'TAG#')
  const image = oneOf(items, 'IMAGE#')
  const others = items.filter(json => !/"sk":\{"S":"(TAG|IMAGE)#/.test(json))
  table.fill(
    others.map(json => json.replaceAll(`"tagCount":{"N":"${world.tagsEach}"}`, `"tagCount":{"N":"${large.tags}"}`)),
  )
  const [firstTag, firstDigest] = [/"sk":\{"S":"TAG#([^"]+)"/.exec(tag)?.[1] ?? '', digestIn(tag)]
  table.fill(
    made(large.tags, place =>
      aged(place % large.images, tag)
        .replaceAll(firstTag, tagAt(place))
        .replaceAll(firstDigest, registry.digestAt(place % large.images))
        .replaceAll(idIn(tag), `tag-${place}`),
    ),
  )
  table.fill(
    made(large.images, place =>
      aged(place, image)
        .replaceAll(digestIn(image), registry.digestAt(place))
        .replaceAll(idIn(image), `image-${place}`),
    ),
  )
}

/** How many images of the large repository are a year older than the others. */
export const oldImages = 500

const aged = (image: number, json: string): string =>
  image < oldImages ? json.replaceAll(/"(\d{4})(?=-\d\d-\d\dT)/g, (_, year) => `"${Number(year) - 1}`) : json

function* made(count: number, make: (place: number) => string): Generator<string> {
  for (let place = 0; place < count; place++) yield make(place)
}

function oneOf(items: readonly string[], prefix: string): string {
  const found = items.find(json => json.includes(`"sk":{"S":"${prefix}`))
  if (found === undefined) throw new Error(`expected an item ${prefix} of the first repository, found none`)
  return found
}

const digestIn = (json: string): string => /"digest":\{"S":"(sha256:[0-9a-f]{64})"/.exec(json)?.[1] ?? ''

/** The id of the entry that it carries, by which the entry is found. */
const idIn = (json: string): string => /"id":\{"S":"([^"]+)"/.exec(json)?.[1] ?? ''
