import { styleText } from 'node:util'
import type { RestoredThing, RestoreOutcome } from '../../shared/restore/restored-thing.ts'
import { type RestoreResult, totalsOf } from './restore-json.ts'

const words: Record<RestoreOutcome, string> = {
  restored: 'restored',
  present: 'present',
  'left-alone': 'left alone',
  missing: 'missing',
  failed: 'failed',
}

const colourOf: Record<RestoreOutcome, 'green' | 'yellow' | 'red'> = {
  restored: 'green',
  present: 'green',
  'left-alone': 'yellow',
  missing: 'red',
  failed: 'red',
}

/** For people: one line for each thing, what is gone of a manifest below it, and at the end what comes next. */
export function* printRestored(result: RestoreResult, style: { readonly colours: boolean }): Iterable<string> {
  for (const { repository, things } of result.repositories) {
    yield `${repository}\n`
    for (const thing of things) yield* linesOf(thing, result.dryRun, style.colours)
    yield '\n'
  }
  yield `${summaryOf(result)}\n`
  const { restored, failed } = totalsOf(result)
  if (failed > 0) yield 'what failed may succeed when the same command is given again\n'
  if (restored > 0) yield `${staying}\n`
  for (const until of new Set(result.repositories.map(one => one.restorableUntil))) yield `${until}\n`
}

const staying =
  'restored images count as pushed now: a policy that dooms them still marks them anew after its grace period; to keep them, name them in its exclude or keepTags, or run them'

function* linesOf(thing: RestoredThing, dryRun: boolean, colours: boolean): Iterable<string> {
  const { kind, name, outcome, reason, gone } = thing
  const word = (dryRun && outcome === 'restored' ? 'would be' : words[outcome]).padEnd(10)
  const painted = colours ? styleText(colourOf[outcome], word, { validateStream: false }) : word
  const shown = kind === 'manifest' ? name.slice(0, shortDigest) : name
  yield `${painted}  ${kind.padEnd(8)}  ${plain(shown)}  ${gone ? `${blobs(gone.length)} of it ${gone.length === 1 ? 'is' : 'are'} gone:` : plain(reason)}\n`
  for (const line of gone ? reason.split('; ') : []) yield `            ${plain(line)}\n`
}

const shortDigest = 'sha256:'.length + 12

/** Names come from clusters and may hold anything; what would move the cursor is shown as a question mark. */
const plain = (text: string): string => text.replace(/\p{Cc}/gu, '?')

const blobs = (amount: number): string => `${amount} ${amount === 1 ? 'blob' : 'blobs'}`

function summaryOf(result: RestoreResult): string {
  const { restored, present, leftAlone, missing, failed } = totalsOf(result)
  const parts = [
    `${restored} ${result.dryRun ? 'would be restored' : 'restored'}`,
    `${present} there already`,
    ...(leftAlone > 0 ? [`${leftAlone} left alone`] : []),
    ...(missing + failed > 0 ? [`${missing + failed} could not be restored`] : []),
  ]
  return parts.join(', ')
}
