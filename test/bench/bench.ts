import { parseArgs } from 'node:util'
import { benchCost, benchNight } from './cost.ts'
import { benchDeletions } from './deletions.ts'
import { benchFunctionMemory } from './function-memory.ts'
import { benchMemory } from './memory.ts'
import { benchPipeline } from './pipeline.ts'
import { benchBundles } from './pipeline-bundles.ts'
import { benchSync } from './pipeline-sync.ts'
import { benchReconcile } from './reconcile.ts'
import { benchRetention } from './retention.ts'
import { benchRivals } from './rivals/rivals.ts'

/** In the order in which they run. */
const benches: ReadonlyMap<string, () => Promise<readonly string[]>> = new Map([
  ['reconcile', benchReconcile],
  ['pipeline', benchPipeline],
  ['bundles', benchBundles],
  ['sync', benchSync],
  ['deletions', benchDeletions],
  ['memory', benchMemory],
])

/** Those that take many minutes, or need the real parts: run only where they are named. */
const longBenches = new Map<string, () => Promise<readonly string[]>>([
  ['cost', benchCost],
  ['night', benchNight],
  ['functions', benchFunctionMemory],
  [
    'rivals',
    async () => {
      await benchRivals(Number(values.versions))
      return []
    },
  ],
])

const allNames = [...benches.keys(), 'retention', ...longBenches.keys()]

/**
 * `npm run bench`: what was measured in this run, on this machine, one line each; `npm run bench -- NAME` runs those that
 * are named. `--against COMMIT` holds the plans of files and of memory against those of another commit, in turn;
 * `--versions N` is how many versions `rivals` has.
 */
const options = { against: { type: 'string' }, versions: { type: 'string', default: '2000' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const unknown = positionals.find(name => !allNames.includes(name))
if (unknown !== undefined) {
  console.error(`expected names of ${allNames.join(', ')}, got ${unknown}`)
  process.exit(2)
}
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name)
for (const [name, bench] of benches) if (isWanted(name)) for (const line of await bench()) console.log(line)
if (isWanted('retention')) await benchRetention(values.against)
for (const [name, bench] of longBenches)
  if (positionals.includes(name)) for (const line of await bench()) console.log(line)
// A sync that was not done in its time is still under way.
process.exit()
