import { expect, it } from 'vitest'
import { sweptForRestore } from '../../../support/asked-restore.ts'
import { signatureTag, startLoopback } from '../../../support/loopback.ts'
import { killEvery } from '../../../support/thoroughness.ts'

it('F7 F8 a restore that the annotation asks for ends whole, killed after any call of planner or executor', async () => {
  for (let last = 1; ; last += killEvery) {
    // Each with a history of its own, since policies of one name share one.
    const world = await startLoopback()
    try {
      const swept = await sweptForRestore(world)
      const where = `killed after call ${last}`
      swept.ask(swept.run())

      const wasKilled = await swept.killedAfter(last)
      await swept.untilOver()
      await swept.round()

      expect(swept.restored(), where).toMatchObject({ result: 'Success' })
      expect(await swept.listTags(), where).toEqual([signatureTag(swept.digests.index), 'v1', 'v1.0', 'v2'].toSorted())
      for (const name of ['app-v1', 'app-v1.0'])
        expect(swept.cluster.get('Repository', name), `${where}: no object ${name}`).toBeDefined()
      expect(swept.annotation(), where).toBeUndefined()
      if (!wasKilled) break
    } finally {
      await world.close()
    }
  }
}, 240_000)
