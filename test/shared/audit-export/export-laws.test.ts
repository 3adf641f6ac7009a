import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createKillPoint } from '../../support/memory-platform.ts'
import { changeOf, createExportFixture, createTrail } from './export-fixture.ts'

const minutes = 45
/** An entry is written at most so long after its stamp. */
const maxDelaySeconds = 17 * 60

const entries = fc.array(
  fc.record({
    stampedAt: fc.integer({ min: 0, max: minutes * 60 }),
    delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: maxDelaySeconds })),
  }),
  { maxLength: 40 },
)
/** After how many calls each of the first runs dies; 0 for one that lives. */
const deaths = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8 })), { maxLength: minutes })

it('no entry is missing on the bus, however late it was written and whatever was killed', async () => {
  await fc.assert(
    fc.asyncProperty(entries, deaths, async (written, killed) => {
      const trail = createTrail()
      const { run, pass, ids } = createExportFixture(trail.store, { entriesPerRun: 9, entriesPerSave: 4 })
      const waiting = written.map((one, place) => ({ ...one, entry: changeOf(`e${place}`, one.stampedAt) }))
      for (let minute = 1; minute <= 3 * minutes; minute++) {
        const due = waiting.filter(one => Math.ceil((one.stampedAt + one.delay) / 60) === minute - 1)
        trail.write(...due.map(one => one.entry))
        pass(60)
        await run(createKillPoint(killed[minute] || Number.POSITIVE_INFINITY))
      }

      expect(new Set(ids()).size).toBe(written.length)
      if (!killed.some(death => death > 0) && written.every(one => one.delay === 0))
        expect(ids()).toHaveLength(written.length)
    }),
    { numRuns: 400 },
  )
})
