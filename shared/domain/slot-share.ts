import type { SlotRecord } from './records/syncs.ts'

type Slot = Pick<SlotRecord, 'name' | 'hosts' | 'namespaces' | 'holder' | 'expiresAt'>

/** What a sync that takes long is of. */
export interface SlotTask {
  readonly host: string
  /** For whose objects it is made, each `cluster/namespace`; empty where that is not known. */
  readonly namespaces: readonly string[]
}

/** Why it has no slot: its host, or its namespaces, have as many as they may, or there is none left for them. */
export type SlotRefusal = 'host' | 'namespace' | 'all'

/** The slots as they are listed, and what is under way at once at most. */
export interface SlotsNow {
  readonly records: readonly Slot[]
  readonly slots: number
  readonly now: Date
}

/** How many share the slots is not known: one that is not alone leaves room for three others. */
const shares = 4

/** Of all slots one stays free at any time, for what is quick. */
const usable = (slots: number): number => Math.max(1, slots - 1)

/** Why the invocation may hold no slot for the task, beside what is held by others; undefined where it may. */
export function refusalOf(task: SlotTask, holder: string, listed: SlotsNow): SlotRefusal | undefined {
  const held = heldSlots(listed)
  const others = held.filter(slot => slot.holder !== holder)
  return refusalBeside(task, others, others.length < held.length, listed)
}

/**
 * Why a slot that was taken may not be kept: several may have taken theirs at once, each before it saw the others'. Those
 * of the lowest names stay.
 */
export const refusalAfter = (task: SlotTask, name: string, listed: SlotsNow): SlotRefusal | undefined =>
  refusalBeside(
    task,
    heldSlots(listed).filter(slot => slot.name < name),
    false,
    listed,
  )

/** The names of the slots that are free. */
export function freeSlots(listed: SlotsNow): string[] {
  const held = new Set(heldSlots(listed).map(({ name }) => name))
  return Array.from({ length: listed.slots }, (_, at) => String(at).padStart(2, '0')).filter(name => !held.has(name))
}

/**
 * A namespace that has no slot comes before those that have some: one is left for such a one at any time, and as many
 * as wait. Of several hosts of one namespace the same holds among them.
 */
function refusalBeside(
  { host, namespaces: known }: SlotTask,
  others: readonly Slot[],
  isHolding: boolean,
  listed: SlotsNow,
): SlotRefusal | undefined {
  const namespaces = known.length > 0 ? known : unknown
  const ofHost = others.filter(slot => slot.hosts.includes(host))
  const hasNone = (slots: readonly Slot[]) =>
    namespaces.some(one => !slots.some(slot => namespacesOf(slot).includes(one)))
  const ofTheHost = mostOf(slot => slot.hosts, host, listed)
  if (ofHost.length >= ofTheHost) return 'host'
  if (ofHost.length >= Math.max(1, ofTheHost - 1) && !hasNone(ofHost)) return 'namespace'
  const hasRoom = (namespace: string) =>
    others.filter(slot => namespacesOf(slot).includes(namespace)).length < mostOf(namespacesOf, namespace, listed)
  if (!namespaces.some(hasRoom)) return 'namespace'
  // Another task of it holds one already.
  if (isHolding) return undefined
  const kept = hasNone(others) ? 0 : Math.max(1, waiting(listed)) + (ofHost.length > 0 ? 1 : 0)
  return others.length < Math.max(1, usable(listed.slots) - kept) ? undefined : 'all'
}

/** Alone it has all; while another holds or asks for one, its share. */
function mostOf(whose: (slot: Slot) => readonly string[], one: string, { records, slots, now }: SlotsNow): number {
  const isAlone = records.every(slot => slot.expiresAt <= now || whose(slot).every(other => other === one))
  return isAlone ? usable(slots) : Math.max(1, Math.floor(slots / shares))
}

/** So many wishes are of namespaces that hold nothing. */
function waiting(listed: SlotsNow): number {
  const held = new Set(heldSlots(listed).flatMap(namespacesOf))
  const wishes = listed.records.filter(({ holder, expiresAt }) => holder === undefined && expiresAt > listed.now)
  const without = wishes.map(namespacesOf).filter(names => !names.some(one => held.has(one)))
  return new Set(without.map(names => names.join(' '))).size
}

/** Those that are held, not only asked for; what a holder that was killed held is free when it has expired. */
const heldSlots = ({ records, now }: SlotsNow): Slot[] =>
  records.filter(({ holder, expiresAt }) => holder !== undefined && expiresAt > now)

const unknown = ['']

const namespacesOf = ({ namespaces = unknown }: Slot): readonly string[] =>
  namespaces.length > 0 ? namespaces : unknown
