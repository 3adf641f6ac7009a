import * as z from 'zod'
import { amountText } from '../../shared/domain/amount-text.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { findJson } from '../../shared/domain/json.ts'
import type { DeadLetter, DeadLetters } from '../../shared/ports/dead-letters.ts'
import { type QueueName, queues } from '../../shared/wiring.ts'
import { commandName } from '../io/command-name.ts'

/** What a command has to say, and whether all is well. */
export interface Told {
  readonly lines: readonly string[]
  readonly isWell: boolean
}

/** Of each queue so many are looked at. */
const shown = 20

/** How many dead letters lie where, and what they are, in lines for people. */
export async function listDead(letters: Readonly<Record<QueueName, DeadLetters>>): Promise<Told> {
  const lines: string[] = []
  let all = 0
  for (const name of Object.keys(queues) as QueueName[]) {
    const { dead, waiting } = await letters[name].countDeadLetters()
    all += dead
    lines.push(`${name}: ${amountText(dead, 'dead letter')}, ${waiting} waiting`)
    if (dead > 0) lines.push(...linesOf(name, dead, await letters[name].listDeadLetters(shown)))
  }
  return { lines: all === 0 ? [...lines, 'nothing failed too often'] : lines, isWell: true }
}

function linesOf(name: QueueName, dead: number, some: readonly DeadLetter[]): string[] {
  const more = dead - some.length
  return [
    ...[...some]
      .sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime())
      .map(letter => `  ${secondsOf(letter.sentAt)}  ${subjectOf(letter.body)}  message_id ${letter.id}`),
    ...(more > 0 ? [`  and about ${more} more`] : []),
    `  why: the log of ${queues[name].consumer}; then ${commandName} redrive ${name}`,
  ]
}

const place = z.object({ registry: z.string(), repository: z.string() })
const envelope = z.object({ 'detail-type': z.string(), detail: z.unknown() })
const ecrDetail = z.object({ 'repository-name': z.string() })
const sweepRequest = place.extend({ namespace: z.string(), policy: z.string(), restore: z.unknown().optional() })

/** What a message is of, as far as it can be read. */
export function subjectOf(body: string): string {
  const message = findJson(body)
  const request = sweepRequest.safeParse(message)
  if (request.success) {
    const { namespace, policy, registry, repository, restore } = request.data
    return `${restore === undefined ? 'sweep' : 'restore'} of ${registry}/${repository} by policy ${namespace}/${policy}`
  }
  const event = envelope.safeParse(message)
  if (!event.success) return 'a message that cannot be read'
  const { 'detail-type': kind, detail } = event.data
  const own = place.safeParse(detail)
  if (own.success) return `${kind} of ${own.data.registry}/${own.data.repository}`
  const ofEcr = ecrDetail.safeParse(detail)
  return ofEcr.success ? `${kind} of ${ofEcr.data['repository-name']}` : kind
}
