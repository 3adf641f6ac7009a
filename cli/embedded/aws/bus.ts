import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { InvalidInputError } from '../../../shared/errors.ts'
import { AwsError } from './aws-error.ts'
import { type EventPattern, matchesPattern, parseEventPattern } from './event-pattern.ts'
import type { AwsIdentity } from './identity.ts'
import { type InputTransformer, transformInput, valueAtPath } from './input-transformer.ts'
import { action, type JsonService } from './json-protocol.ts'
import type { Queues } from './queues.ts'

/** An event as a rule's target receives it. */
export interface BusEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: unknown
}

export interface RuleTarget {
  readonly queue: string
  /** The message group of every event in a FIFO queue. */
  readonly messageGroupId?: string
  /** A path such as `$.detail.repository` to the message group; goes before `messageGroupId` where the event has it. */
  readonly messageGroupIdPath?: string
  /** Makes the message from the event; without one the whole event is the message. */
  readonly input?: InputTransformer | ((event: BusEvent) => { body: string; groupId?: string })
}

export interface BusRule {
  readonly name: string
  readonly busName: string
  readonly pattern: EventPattern
  readonly target: RuleTarget
}

const maxEntryBytes = 256 * 1024
const maxEntries = 10

const entrySchema = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  Time: z.number().optional(),
})
type Entry = z.infer<typeof entrySchema>
const putEventsInput = z.object({ Entries: z.array(entrySchema).min(1).max(maxEntries) })

export interface BusDeps {
  readonly queues: Queues
  readonly identity: AwsIdentity
  readonly now: () => number
  /** Told of an event that a rule could not put into its queue: EventBridge would retry it and then drop it in silence. */
  readonly onUndelivered: (error: Error) => void
}

/** Event buses whose rules put events into queues. A bus exists when it was created, or a rule names it; `default` always does. */
export class Bus {
  private readonly rules = new Map<string, BusRule>()
  private readonly created = new Set(['default'])
  private readonly deps: BusDeps

  constructor(deps: BusDeps) {
    this.deps = deps
  }

  /** Whatever is published there reaches nobody without a rule. */
  createBus(name: string): void {
    this.created.add(name)
  }

  /** Adds the rule, or replaces the one of that name on that bus. */
  putRule(rule: BusRule): void {
    const queue = this.deps.queues.find(rule.target.queue)
    if (!queue)
      throw new InvalidInputError(
        `rule ${rule.name} names queue ${rule.target.queue}, which does not exist: create that first`,
      )
    // EventBridge sends no deduplication id, so that such a rule would lose every event.
    if (queue.isFifo && !queue.settings.contentBasedDeduplication) {
      throw new InvalidInputError(
        `rule ${rule.name} needs contentBasedDeduplication on its FIFO queue ${rule.target.queue}`,
      )
    }
    this.rules.set(`${rule.busName}/${rule.name}`, { ...rule, pattern: parseEventPattern(rule.pattern) })
  }

  /** Delivers an event to the queue of every rule that matches. Returns when all of them have it on disk. */
  publish(busName: string, event: BusEvent): void {
    for (const rule of this.rules.values()) {
      if (rule.busName !== busName || !matchesPattern(rule.pattern, event)) continue
      try {
        this.deliver(rule, event)
      } catch (cause) {
        this.deps.onUndelivered(
          new Error(`rule ${rule.name} could not put event ${event.id} into queue ${rule.target.queue}`, { cause }),
        )
      }
    }
  }

  /** EventBridge's PutEvents over its JSON protocol. */
  service(): JsonService {
    return {
      target: 'AWSEvents',
      namespace: 'com.amazonaws.eventbridge',
      validationCode: 'ValidationException',
      actions: { PutEvents: action(putEventsInput, input => this.putEvents(input.Entries)) },
    }
  }

  private putEvents(entries: readonly Entry[]) {
    if (entries.some(entry => sizeBytesOf(entry) > maxEntryBytes)) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.')
    }
    const results = entries.map(entry => this.putEntry(entry))
    return { FailedEntryCount: results.filter(result => 'ErrorCode' in result).length, Entries: results }
  }

  private putEntry(entry: Entry) {
    const busName = entry.EventBusName.slice(entry.EventBusName.lastIndexOf('/') + 1)
    if (!this.created.has(busName) && !Array.from(this.rules.values()).some(rule => rule.busName === busName)) {
      return failed('ResourceNotFoundException', `Event bus ${busName} does not exist.`)
    }
    if (!entry.Source)
      return failed('InvalidArgument', 'Parameter Source is not valid. Reason: Source is a required argument.')
    if (!entry.DetailType) {
      return failed('InvalidArgument', 'Parameter DetailType is not valid. Reason: DetailType is a required argument.')
    }
    const detail = parseDetail(entry.Detail)
    if (detail === undefined) return failed('MalformedDetail', 'Detail is malformed.')
    const event = this.eventOf(entry, entry.Source, entry.DetailType, detail)
    this.publish(busName, event)
    return { EventId: event.id }
  }

  private eventOf(entry: Entry, source: string, detailType: string, detail: object): BusEvent {
    const timeMs = entry.Time === undefined ? this.deps.now() : entry.Time * 1000
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: this.deps.identity.accountId,
      time: new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      region: this.deps.identity.region,
      resources: entry.Resources,
      detail,
    }
  }

  private deliver(rule: BusRule, event: BusEvent): void {
    const queue = this.deps.queues.get(rule.target.queue)
    const { body, groupId } = messageOf(rule.target, event)
    if (queue.isFifo && groupId === undefined) {
      throw new InvalidInputError(`the event has no message group at ${rule.target.messageGroupIdPath ?? '(no path)'}`)
    }
    queue.send({ body, groupId })
  }
}

const messageOf = (target: RuleTarget, event: BusEvent): { body: string; groupId?: string | undefined } => {
  const groupId = groupIdOf(target, event)
  if (typeof target.input === 'function') return { groupId, ...target.input(event) }
  return { groupId, body: target.input ? transformInput(target.input, event) : JSON.stringify(event) }
}

const groupIdOf = (target: RuleTarget, event: BusEvent): string | undefined => {
  const value = target.messageGroupIdPath === undefined ? undefined : valueAtPath(event, target.messageGroupIdPath)
  return value === undefined ? target.messageGroupId : String(value)
}

const failed = (code: string, message: string) => ({ ErrorCode: code, ErrorMessage: message })

const parseDetail = (text: string | undefined): object | undefined => {
  try {
    const detail: unknown = JSON.parse(text ?? '')
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined
  } catch {
    return undefined
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const sizeBytesOf = (entry: Entry): number =>
  [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources].reduce(
    (total, text) => total + Buffer.byteLength(text ?? ''),
    entry.Time === undefined ? 0 : 14,
  )
