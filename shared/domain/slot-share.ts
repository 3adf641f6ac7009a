import type { SlotRecord } from './records/syncs.ts'

type Slot = Pick<SlotRecord, 'name' | 'hosts' | 'holder' | 'expiresAt'>

/** How many hosts share the slots is not known: one that is not alone leaves room for three others. */
const shares = 4

/** Of all slots one stays free at any time, for what is quick. */
const usable = (slots: number): number => Math.max(1, slots - 1)

/** True where the invocation may hold a slot for the host, beside what is held by others. */
export function mayTakeSlot(host: string, holder: string, records: readonly Slot[], slots: number, now: Date): boolean {
  const others = heldSlots(records, now).filter(slot => slot.holder !== holder)
  const ofHost = others.filter(slot => slot.hosts.includes(host))
  return others.length < usable(slots) && ofHost.length < mostOf(host, records, slots, now)
}

/**
 * True where a slot that was taken may be kept: several may have taken theirs at once, each before it saw the others'.
 * Those of the lowest names stay.
 */
export function mayKeepSlot(host: string, name: string, records: readonly Slot[], slots: number, now: Date): boolean {
  const before = heldSlots(records, now).filter(slot => slot.name < name)
  const ofHost = before.filter(slot => slot.hosts.includes(host))
  return before.length < usable(slots) && ofHost.length < mostOf(host, records, slots, now)
}

/** The names of the slots that nobody holds. */
export function freeSlots(records: readonly Slot[], slots: number, now: Date): string[] {
  const held = new Set(heldSlots(records, now).map(({ name }) => name))
  return Array.from({ length: slots }, (_, at) => String(at).padStart(2, '0')).filter(name => !held.has(name))
}

/** Those that somebody holds, and not asks for; what a holder that was killed held is free when it has expired. */
const heldSlots = (records: readonly Slot[], now: Date): Slot[] =>
  records.filter(({ holder, expiresAt }) => holder !== undefined && expiresAt > now)

/** Alone a host has all; while another holds or asks for one, its share. */
function mostOf(host: string, records: readonly Slot[], slots: number, now: Date): number {
  const isAlone = records.every(({ hosts, expiresAt }) => expiresAt <= now || hosts.every(one => one === host))
  return isAlone ? usable(slots) : Math.max(1, Math.floor(slots / shares))
}
