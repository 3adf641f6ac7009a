import { rememberedDays } from '../../../shared/domain/audit.ts'
import type { Counts } from './counts.ts'
import {
  type Item,
  indexes,
  indexPartition,
  indexPlace,
  indexUnits,
  isMet,
  projected,
  rangeOf,
  sizeOf,
  textOf,
} from './items.ts'
import { Partition, type StoredItem } from './partition.ts'
import { placeIn, retold, type World } from './world.ts'

/** A request of DynamoDB's protocol, as far as the store makes them. */
export interface TableRequest {
  readonly Key?: Item
  readonly Item?: Item
  readonly ConsistentRead?: boolean
  readonly IndexName?: string
  readonly KeyConditionExpression?: string
  readonly ConditionExpression?: string
  readonly UpdateExpression?: string
  readonly ExpressionAttributeValues?: Item
  readonly ExclusiveStartKey?: Item
  readonly Limit?: number
  readonly RequestItems?: Readonly<Record<string, unknown>>
}

type WriteRequest = { readonly PutRequest?: { readonly Item: Item }; readonly DeleteRequest?: { readonly Key: Item } }

/** Begin the partitions of entries of their own, and of what is gone and put away. */
const history = ['AUDIT#', 'ENDED#']
const pageBytes = 1024 * 1024

/**
 * The table in memory, speaking DynamoDB's protocol as far as the store does, and counting what would be charged: read
 * units by 4 KB, write units by 1 KB, and those of each index that a write changes. What it does not know it refuses.
 *
 * Of the repositories of a world the first alone has items of its own. Each other one has those that the first had at the
 * last `retell`, told of it, until something of it is written: so a table of millions of tags takes no room.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class Table {
  readonly #partitions = new Map<string, Partition>()
  #told = new Map<string, Partition>()
  readonly #counts: Counts
  readonly #world: () => World
  /** Of the items, and of their copies in indexes. */
  storedBytes = 0

  constructor(counts: Counts, world: () => World) {
    this.#counts = counts
    this.#world = world
  }

  /** The body of an answer; undefined where the condition of a write does not hold. */
  answer(operation: string, request: TableRequest): string | undefined {
    this.#counts.add('table.calls', 1)
    if (operation === 'GetItem') return this.#get(request)
    if (operation === 'BatchGetItem') return this.#getAll(request)
    if (operation === 'Query') return this.#query(request)
    if (operation === 'PutItem') return this.#put(request)
    if (operation === 'UpdateItem') return this.#add(request)
    if (operation === 'BatchWriteItem') return this.#writeAll(request)
    // Of a new version alone, which looks at the whole table once: a table that nobody wrote before is empty.
    if (operation === 'Scan') return '{"Items":[],"Count":0}'
    throw new Error(`expected an operation that the store makes, got ${operation}`)
  }

  /** Puts items as they are on the wire, uncounted: what is there from the beginning. */
  fill(items: Iterable<string>): void {
    for (const json of items) this.#store(JSON.parse(json) as Item, json)
  }

  /** From now on all repositories that were not written are as the first is now. */
  retell(): void {
    const first = [...this.#partitions].filter(([pk]) => ofRepository.test(pk) && placeIn(pk) === 0)
    this.#told = new Map(first.map(([pk, partition]) => [pk, partition.copy()]))
  }

  itemsOf(pk: string): string[] {
    return [...this.#between(pk, '', '\uFFFF')].map(([, { json }]) => json)
  }

  #get({ Key = {}, ConsistentRead }: TableRequest): string {
    const item = this.#find(textOf(Key.pk), textOf(Key.sk))
    this.#countRead(item?.sizeBytes ?? 0, ConsistentRead)
    return item ? `{"Item":${item.json}}` : '{}'
  }

  #getAll({ RequestItems = {} }: TableRequest): string {
    const answers = Object.entries(RequestItems).map(([name, asked]) => {
      const { Keys, ConsistentRead } = asked as { Keys: Item[]; ConsistentRead?: boolean }
      const found = Keys.map(({ pk, sk }) => this.#find(textOf(pk), textOf(sk)))
      for (const item of found) this.#countRead(item?.sizeBytes ?? 0, ConsistentRead)
      return `"${name}":[${found.flatMap(item => item?.json ?? []).join(',')}]`
    })
    return `{"Responses":{${answers.join(',')}},"UnprocessedKeys":{}}`
  }

  #query(request: TableRequest): string {
    const { IndexName, ExclusiveStartKey, KeyConditionExpression = '', ExpressionAttributeValues } = request
    const { pk, from, to } = rangeOf(KeyConditionExpression, ExpressionAttributeValues)
    // Where a page ended is told by one name, in an index too: the store hands it back as it is.
    const after = ExclusiveStartKey && `${textOf(ExclusiveStartKey.sk)}\u0000`
    const partition = IndexName === undefined ? pk : `${IndexName} ${pk}`
    const all = this.#between(partition, after ?? from, to)
    const { items, last } = pageOf(all, request.Limit)
    this.#countRead(
      items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      request.ConsistentRead,
    )
    const next = last === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify({ pk: { S: pk }, sk: { S: last } })}`
    return `{"Count":${items.length},"Items":[${items.map(({ json }) => json).join(',')}]${next}}`
  }

  #put({ Item: item = {}, ConditionExpression, ExpressionAttributeValues }: TableRequest): string | undefined {
    const before = this.#find(textOf(item.pk), textOf(item.sk))
    const old = before && (JSON.parse(before.json) as Item)
    if (ConditionExpression === undefined || isMet(ConditionExpression, old, ExpressionAttributeValues)) {
      this.#write(item, old)
      return '{}'
    }
    this.#counts.add('table.writeUnits', Math.max(1, Math.ceil((before?.sizeBytes ?? 0) / 1024)))
    return undefined
  }

  /** Numbers are added to those that are there, all else is set, which is all that the store asks of an update. */
  #add({ Key = {}, UpdateExpression = '', ExpressionAttributeValues = {} }: TableRequest): string {
    if (!/^ADD (#\w+ :\w+,? ?)+SET (#\w+ = :\w+(, )?)+$/.test(UpdateExpression))
      throw new Error(`expected an update that adds and sets, got ${UpdateExpression}`)
    const before = this.#find(textOf(Key.pk), textOf(Key.sk))
    const old = before && (JSON.parse(before.json) as Item)
    const told = Object.entries(ExpressionAttributeValues).map(([name, value]) => [name.slice(1), value] as const)
    const added = told.map(([name, value]) => {
      const isAdded = UpdateExpression.includes(`#${name} :${name}`)
      return [name, isAdded ? { N: String(Number(old?.[name]?.N ?? 0) + Number(value.N)) } : value] as const
    })
    this.#write({ ...Key, ...old, ...Object.fromEntries(added) }, old)
    return '{}'
  }

  #writeAll({ RequestItems = {} }: TableRequest): string {
    for (const { PutRequest, DeleteRequest } of Object.values(RequestItems).flat() as WriteRequest[]) {
      const { pk, sk } = PutRequest?.Item ?? DeleteRequest?.Key ?? {}
      const before = this.#find(textOf(pk), textOf(sk))
      const old = before && (JSON.parse(before.json) as Item)
      if (PutRequest) this.#write(PutRequest.Item, old)
      else this.#delete(textOf(pk), textOf(sk), old)
    }
    return '{"UnprocessedItems":{}}'
  }

  #write(item: Item, old: Item | undefined): void {
    this.#counts.add('table.writeUnits', Math.ceil(Math.max(sizeOf(item), old ? sizeOf(old) : 0) / 1024))
    for (const index of indexes) this.#counts.add('table.writeUnits', indexUnits(index, item, old))
    const before = this.storedBytes
    this.#forget(textOf(item.pk), textOf(item.sk), old)
    this.#store(item, JSON.stringify(item))
    if (history.some(prefix => textOf(item.pk).startsWith(prefix))) this.#countHistory(item, this.storedBytes - before)
  }

  /** For as long as the entry is kept. */
  #countHistory({ sk, packed, expiresAtSeconds }: Item, bytes: number): void {
    const [, time = ''] = textOf(sk).split('#')
    const days = packed ? rememberedDays.long : (Number(expiresAtSeconds?.N) - Date.parse(time) / 1000) / 86_400
    this.#counts.add('table.historyByteDays', bytes * days)
  }

  #delete(pk: string, sk: string, old: Item | undefined): void {
    this.#counts.add('table.writeUnits', old ? Math.ceil(sizeOf(old) / 1024) : 1)
    for (const index of indexes) this.#counts.add('table.writeUnits', indexUnits(index, undefined, old))
    this.#forget(pk, sk, old)
    this.#partitions.get(pk)?.delete(sk)
  }

  #store(item: Item, json: string): void {
    const sizeBytes = sizeOf(item)
    this.storedBytes += sizeBytes
    this.#partition(textOf(item.pk)).put(textOf(item.sk), { json, sizeBytes })
    for (const index of indexes) {
      const copy = projected(index, item)
      if (!copy) continue
      const kept = { json: JSON.stringify(copy), sizeBytes: sizeOf(copy) }
      this.storedBytes += kept.sizeBytes
      this.#partition(indexPartition(index, item)).put(indexPlace(index, item), kept)
    }
  }

  /** What is told after the first repository takes no room. */
  #forget(pk: string, sk: string, old: Item | undefined): void {
    if (!old || !this.#partitions.get(pk)?.get(sk)) return
    this.storedBytes -= sizeOf(old)
    for (const index of indexes) {
      const copy = projected(index, old)
      if (!copy) continue
      this.storedBytes -= sizeOf(copy)
      this.#partitions.get(indexPartition(index, old))?.delete(indexPlace(index, old))
    }
  }

  #partition(name: string): Partition {
    const found = this.#partitions.get(name) ?? new Partition()
    this.#partitions.set(name, found)
    return found
  }

  #find(pk: string, sk: string): StoredItem | undefined {
    const own = this.#partitions.get(pk)?.get(sk)
    const place = toldPlace(pk)
    if (own || place === undefined) return own
    const first = (text: string) => retold(text, place, 0, this.#world())
    const item = this.#told.get(first(pk))?.get(first(sk))
    return item && { ...item, json: retold(item.json, 0, place, this.#world()) }
  }

  /** In order. A partition that is told after another is read as a whole: it is small. */
  #between(pk: string, from: string, to: string): Iterable<[string, StoredItem]> {
    const own = this.#partitions.get(pk)
    const place = toldPlace(pk)
    if (place === undefined) return own?.between(from, to) ?? []
    const first = (text: string) => retold(text, place, 0, this.#world())
    const told = [...(this.#told.get(first(pk))?.between(first(from), first(to)) ?? [])]
    const all = new Map(
      told.map(([sk, { json, sizeBytes }]) => {
        const item = { json: retold(json, 0, place, this.#world()), sizeBytes }
        return [retold(sk, 0, place, this.#world()), item] as const
      }),
    )
    for (const [sk, item] of own?.between(from, to) ?? []) all.set(sk, item)
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  #countRead(sizeBytes: number, isConsistent = false): void {
    this.#counts.add('table.readUnits', Math.max(1, Math.ceil(sizeBytes / 4096)) * (isConsistent ? 1 : 0.5))
  }
}

const ofRepository = /^(REPO|USAGE)#/

/** The place of a repository whose items are told after those of the first. */
function toldPlace(pk: string): number | undefined {
  const place = ofRepository.test(pk) ? placeIn(pk) : undefined
  return place === 0 ? undefined : place
}

function pageOf(all: Iterable<[string, StoredItem]>, limit = Number.POSITIVE_INFINITY) {
  const items: StoredItem[] = []
  let sizeBytes = 0
  for (const [sortKey, item] of all) {
    items.push(item)
    sizeBytes += item.sizeBytes
    if (items.length === limit || sizeBytes >= pageBytes) return { items, last: sortKey }
  }
  return { items, last: undefined }
}
