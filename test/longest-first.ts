import { BaseSequencer, type TestSequencerConstructor } from 'vitest/node'

/** Of a minute and more each. */
export const longestFiles = [
  'test/soak/round.slow.test.ts',
  'test/shared/sweep/world/gone-records.sampled.test.ts',
  'test/shared/sync/million-tags.slow.test.ts',
  'test/shared/sweep/execute/restore-kill-points.slow.test.ts',
  'test/scenarios/incidents.slow.test.ts',
  'test/shared/sync/large-repository.slow.test.ts',
  'test/scenarios/embedded.slow.test.ts',
  'test/shared/sweep/execute/archive-kill-points.slow.test.ts',
  'test/shared/sweep/execute/layers-kill-points.slow.test.ts',
  'test/shared/sweep/execute/kill-points.slow.test.ts',
]

/**
 * Begins with these files, in this order, so that no worker is left with a long one when the others have ended. A fresh
 * checkout knows no times of earlier runs, and would begin with the files of most bytes.
 * @param paths ends of paths
 */
export const longestFirst = (paths: readonly string[]): TestSequencerConstructor =>
  class extends BaseSequencer {
    override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
      const rankOf = (moduleId: string) => {
        const at = paths.findIndex(path => moduleId.endsWith(path))
        return at === -1 ? paths.length : at
      }
      return (await super.sort(files)).sort((a, b) => rankOf(a.moduleId) - rankOf(b.moduleId))
    }
  }
