import { styleText } from 'node:util'
import { amountText } from '../../shared/domain/amount-text.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { isBack, type RestoredItem, type RestoreOutcome } from '../../shared/restore/restore-outcome.ts'
import type { TextStyle } from '../io/text.ts'
import { printDryRun } from './print-dry-run.ts'
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

/**
 * For people: one line for each thing, what is gone of a manifest below it, and at the end what comes next. Of a dry run
 * one line for each image.
 */
export function* printRestored(result: RestoreResult, style: TextStyle): Iterable<string> {
  if (result.dryRun) yield* printDryRun(result, style)
  else yield* printThings(result, style)
  yield* layersOf(result)
  if (!result.dryRun) yield* comingOf(result)
  const { restored, failed } = totalsOf(result)
  if (failed > 0) yield 'what failed may succeed when the same command is given again\n'
  if (restored > 0) yield `${staying}\n`
  for (const note of result.notes) yield `${plain(note)}\n`
  for (const until of new Set(result.repositories.map(one => one.restorableUntil))) yield `${until}\n`
}

function* printThings(result: RestoreResult, style: TextStyle): Iterable<string> {
  for (const { repository, things } of result.repositories) {
    yield `${repository}\n`
    for (const thing of things) yield* linesOf(thing, style.colours)
    yield '\n'
  }
  yield `${summaryOf(result)}\n`
}

const staying =
  'restored images count as pushed now: a policy that does not keep them marks them anew after its grace period\nto keep them for good, name them in its exclude or keepTags, or run them'

/** What came from the archive, and until when the archive can give it. */
function* layersOf({ dryRun, repositories }: RestoreResult): Iterable<string> {
  const things = repositories.flatMap(one => one.things)
  const blobs = [...new Map(things.flatMap(one => (one.uploaded ?? []).map(blob => [blob.digest, blob]))).values()]
  const bytes = blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0)
  if (blobs.length > 0)
    yield `${amountText(blobs.length, 'blob')} (${sizeText(bytes)}) ${dryRun ? 'would be uploaded' : 'uploaded'} from the archive, since the registry had them no more\n`
  const lives = things.flatMap(one => one.archivedUntil ?? [])
  const until = lives.toSorted((a, b) => a.getTime() - b.getTime())[0]
  if (until)
    yield `the archive holds all layers of ${amountText(lives.length, 'image')} until ${until.toISOString().slice(0, 10)}, whatever their registry removes\n`
}

/** What its registry has and does not hand out yet. */
function* comingOf({ repositories }: RestoreResult): Iterable<string> {
  const coming = repositories.flatMap(one => one.things).filter(({ storage }) => storage === 'activating').length
  if (coming > 0)
    yield `${amountText(coming, 'image')} on the way out of the archive: a pull fails until then, which ECR says takes up to 20 minutes; give the same command again to see what is back\n`
}

function* linesOf({ kind, name, outcome, reason, gone }: RestoredItem, colours: boolean) {
  const word = words[outcome].padEnd(wordWidth)
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
    `${restored} restored`,
    `${present} there already`,
    ...(leftAlone > 0 ? [`${leftAlone} left alone`] : []),
    ...(missing + failed > 0 ? [`${missing + failed} could not be restored`] : []),
  ]
  return parts.join(', ')
}
