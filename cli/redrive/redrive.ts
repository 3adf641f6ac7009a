import { setTimeout as wait } from 'node:timers/promises'
import { amountText } from '../../shared/domain/amount-text.ts'
import type { DeadLetterCounts, DeadLetters } from '../../shared/ports/dead-letters.ts'
import { type QueueName, queues } from '../../shared/wiring.ts'
import { commandName } from '../io/command-name.ts'
import type { Told } from './list-dead.ts'

export interface Patience {
  /** Until the queue is empty, or too long has passed. */
  readonly waits: boolean
  readonly asksEveryMs?: number
  readonly atMostMs?: number
}

/** Gives the dead letters of a queue back to it, and tells what became of them, in lines for people. */
export async function redrive(name: QueueName, letters: DeadLetters, patience: Patience): Promise<Told> {
  const given = await letters.redrive()
  if (given === 0) return { lines: [`${name}: no dead letters`], isWell: true }
  const head = `${name}: ${amountText(given, 'message')} given back`
  if (!patience.waits)
    return { lines: [`${head}; what fails again lies there again: ${commandName} redrive`], isWell: true }
  const { dead, waiting } = await emptied(letters, patience)
  const handled = `${head}: ${Math.max(0, given - dead - waiting)} handled, ${dead} failed again`
  const lines = [
    waiting === 0 ? handled : `${handled}, ${waiting} still wait, with what came to the queue meanwhile`,
    ...(dead > 0 ? [`  why: the log of ${queues[name].consumer}; ${commandName} redrive lists them`] : []),
  ]
  return { lines, isWell: dead === 0 && waiting === 0 }
}

/** SQS counts across servers, and may miss what has just moved: an empty queue counts once it is found empty twice. */
async function emptied(
  letters: DeadLetters,
  { asksEveryMs = 2000, atMostMs = 15 * 60_000 }: Patience,
): Promise<DeadLetterCounts> {
  const endsAt = performance.now() + atMostMs
  let wasEmpty = false
  for (;;) {
    await wait(asksEveryMs)
    const counts = await letters.countDeadLetters()
    if ((counts.waiting === 0 && wasEmpty) || performance.now() >= endsAt) return counts
    wasEmpty = counts.waiting === 0
  }
}
