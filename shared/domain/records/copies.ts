import * as z from 'zod'
import { readCaches, readReplication, registryPlace } from '../copies/registry-copies.ts'
import { numbered } from './parts.ts'

/** What is known of the copies that a registry makes by itself. */
export const copyRecord = z.strictObject({
  /** Its canonical host. */
  registry: z.string(),
  /** When it is asked again; whoever is about to ask it puts this off, so that no other does. */
  dueAt: z.date(),
  /** Which of those that came at the same time asks, or asked last. */
  askedBy: z.string(),
  place: registryPlace.exactOptional(),
  replication: readReplication.exactOptional(),
  caches: readCaches.exactOptional(),
  ...numbered,
})
export type CopyRecord = z.infer<typeof copyRecord>
