import type { ContentDigest } from './content-digest.ts'

export type EventAction = 'push' | 'pull' | 'mount' | 'delete'

export interface EventTarget {
  mediaType?: string
  size?: number
  digest?: ContentDigest
  length?: number
  repository: string
  fromRepository?: string
  url?: string
  tag?: string
}

/** One entry of an envelope, field by field as distribution 2.8 sends it. */
export interface RegistryEvent {
  id: string
  timestamp: string
  action: EventAction
  target: EventTarget
  request: { id: string; addr: string; host: string; method: string; useragent: string }
  actor: { name?: string }
  source: { addr: string; instanceID: string }
}

/** Who caused an event. The events of one request share its id. */
export type EventCause = Pick<RegistryEvent, 'request' | 'actor'>
