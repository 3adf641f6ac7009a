import { styleText } from 'node:util'
import { isBack, type RestoredItem, type RestoreOutcome } from '../../shared/restore/restore-outcome.ts'
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
  'restored images count as pushed now: a policy that does not keep them marks them anew after its grace period\nto keep them for good, name them in its exclude or keepTags, or run them'

function* linesOf({ kind, name, outcome, reason, gone }: RestoredItem, dryRun: boolean, colours: boolean) {
  const word = (dryRun && outcome === 'restored' ? 'would put' : words[outcome]).padEnd(wordWidth)
  const painted = colours ? styleText(colourOf[outcome], word, { validateStream: false }) : word
  const shown = kind === 'manifest' ? shortened(name) : name
  // A reason names what to push again, so its digests stand whole.
  const why = isBack({ outcome }) ? shortened(reason) : reason
  yield `${painted}  ${kind.padEnd(kindWidth)}  ${plain(shown)}  ${gone ? goneText(gone.length) : plain(why)}\n`
  for (const line of gone ? reason.split('; ') : []) yield `${' '.repeat(wordWidth + 2)}${plain(line)}\n`
}

const wordWidth = 10
const kindWidth = 8

const shortened = (text: string): string => text.replaceAll(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1')

const goneText = (amount: number): string =>
  amount === 1 ? '1 blob of it is gone:' : `${amount} blobs of it are gone:`

/** Names come from clusters and may hold anything; what would move the cursor is shown as a question mark. */
const plain = (text: string): string => text.replace(/\p{Cc}/gu, '?')

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
