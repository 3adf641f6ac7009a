import { benchDeletions } from './deletions.ts'
import { benchPipeline } from './pipeline.ts'
import { benchBundles } from './pipeline-bundles.ts'
import { benchSync } from './pipeline-sync.ts'
import { benchRetention } from './retention.ts'

/** `npm run bench`: what was measured in this run, on this machine, one line each. */
for (const bench of [benchPipeline, benchBundles, benchSync, benchDeletions])
  for (const line of await bench()) console.log(line)
await benchRetention()
// A sync that was not done in its time is still under way.
process.exit()
