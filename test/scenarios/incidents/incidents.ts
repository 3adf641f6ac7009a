import { describe } from 'vitest'
import type { ProxiedWorld } from '../proxied-installation.ts'
import type { World } from '../world.ts'
import { choiceIncidents } from './choice.ts'
import { inUseIncidents } from './in-use.ts'
import { listIncidents } from './lists.ts'
import { orderIncidents } from './order.ts'
import { raceIncidents } from './races.ts'
import { referrerIncidents } from './referrers.ts'
import { sharedContentIncidents } from './shared-content.ts'
import { sizeIncidents } from './size.ts'

/** What cleaners of others deleted although it was needed, replayed on everything that an installation is made of. */
export function incidentScenarios(world: () => World): void {
  describe.concurrent('incidents with shared content', () => sharedContentIncidents(world))
  describe.concurrent('incidents with signatures and other referrers', () => referrerIncidents(world))
  describe.concurrent('incidents with what is in use', () => inUseIncidents(world))
  describe.concurrent('incidents with the choice of a rule', () => choiceIncidents(world))
  describe.concurrent('incidents with the order of tags', () => orderIncidents(world))
}

/** Those that need a hand on what the registry answers. */
export function proxiedIncidentScenarios(world: () => ProxiedWorld): void {
  describe.concurrent('incidents with pushes during a sweep', () => raceIncidents(world))
  describe.concurrent('incidents with the size of a sweep', () => sizeIncidents(world))
  describe.concurrent('incidents with tag lists', () => listIncidents(world))
}
