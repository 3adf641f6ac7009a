import { parseArgs } from 'node:util'
import { benchDeletions } from './deletions.ts'
import { benchMemory } from './memory.ts'
import { benchPipeline } from './pipeline.ts'
import { benchBundles } from './pipeline-bundles.ts'
import { benchSync } from './pipeline-sync.ts'
import { benchReconcile } from './reconcile.ts'
import { benchRetention } from './retention.ts'

/**
 * `npm run bench`: what was measured in this run, on this machine, one line each. `--against COMMIT` holds the plans of
 * files and of memory against those of another commit, in turn.
 */
const { values } = parseArgs({ options: { against: { type: 'string' } } })
for (const bench of [benchReconcile, benchPipeline, benchBundles, benchSync, benchDeletions, benchMemory])
  for (const line of await bench()) console.log(line)
await benchRetention(values.against)
// A sync that was not done in its time is still under way.
process.exit()
