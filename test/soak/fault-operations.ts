import { UnavailableError } from '../../shared/errors.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import { createFaults, type Faults } from './faults.ts'
import { anyBook } from './push-operations.ts'
import { isBeforeGrants } from './versions.ts'
import type { World } from './world.ts'

/** Makes the listing of a cluster fail while the faults say so. */
export function connectFaults(clusters: readonly MemoryCluster[], faults: Faults): void {
  for (const cluster of clusters) {
    const listWorkloads = cluster.listWorkloads
    cluster.listWorkloads = async () => {
      if (faults.clustersDown.has(cluster.name)) throw new UnavailableError('no route', { kind: 'network' })
      return listWorkloads()
    }
  }
}

export function breakRegistry({ dice, faults, figures, journal }: World): boolean {
  if (faults.registry !== 'up') return false
  figures['registry outages'] += 1
  faults.registry = dice.pick(['down', 'flaky'] as const) ?? 'down'
  journal.note(`registry ${faults.registry}`)
  return true
}

export function cutListsShort(world: World): boolean {
  const { path } = anyBook(world)
  world.figures['registry outages'] += 1
  world.faults.shortLists.add(path)
  world.journal.note(`tag lists of ${path} come back cut short`)
  return true
}

export function breakCluster({ dice, faults, figures, estate, journal }: World): boolean {
  const cluster = dice.pick(estate.clusters)
  if (!cluster || faults.clustersDown.has(cluster.name)) return false
  figures['cluster outages'] += 1
  faults.clustersDown.add(cluster.name)
  journal.note(`cluster ${cluster.name} is not reached`)
  return true
}

export function pause({ estate, figures, journal }: World): boolean {
  if (estate.killSwitch.on) return false
  figures.pauses += 1
  estate.killSwitch.on = true
  journal.note('sweeps paused')
  return true
}

/** The host that stalls does so from now on, at once or in the middle of what asks it. */
export function stall(world: World): boolean {
  const { dice, faults, figures, journal } = world
  if (faults.stallsAfter !== Number.POSITIVE_INFINITY || isBeforeGrants(world)) return false
  figures.stalls += 1
  faults.stallsAfter = dice.pick([0, 0, 1, 5, 20]) ?? 0
  journal.note(`host stalls after ${faults.stallsAfter} calls`)
  return true
}

/** Everything answers again, but for what is odd for longer: that ends with the last mending. */
export function mend({ faults, estate, journal, books }: World, { isLast = false } = {}): boolean {
  const lasting = [...faults.odd].map(([path, odd]) => [path, odd.filter(one => one.isLasting && !isLast)] as const)
  const { shortLists, clustersDown } = faults
  Object.assign(faults, { ...createFaults(), shortLists, clustersDown, odd: new Map(lasting) })
  for (const { unreadTags } of books) unreadTags.clear()
  faults.shortLists.clear()
  faults.clustersDown.clear()
  estate.killSwitch.on = false
  journal.note('everything answers again')
  return true
}
