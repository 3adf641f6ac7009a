import { restoreAnnotation } from '../../shared/objects/policy-object.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import type { Loopback } from './loopback.ts'
import { createKillPoint, KilledError, type KillPoint } from './memory-platform.ts'
import { sweptSigned } from './restore-fixture.ts'

/** What a policy swept, and a person who has kubectl alone. */
export async function sweptForRestore(world: Loopback, spec: object = {}) {
  const { fixture, ...digests } = await sweptSigned(world, spec)
  const run = (): string => (fixture.status()?.lastRun as { run?: string } | undefined)?.run ?? 'none'
  const round = async (kill?: KillPoint): Promise<readonly SweepRequest[]> => {
    fixture.pass(60)
    const requests = await fixture.plan(kill)
    for (const request of requests) if (request.restore) await fixture.execute(request, kill)
    return requests
  }
  return {
    ...fixture,
    digests,
    run,
    restored: () => fixture.status()?.restore as Record<string, unknown> | undefined,
    annotation: () => fixture.cluster.get('ImageCleanupPolicy', 'cleanup')?.metadata.annotations[restoreAnnotation],
    ask: (value: string, others: Readonly<Record<string, string>> = {}) =>
      fixture.cluster.change('ImageCleanupPolicy', 'cleanup', {
        annotations: { [manualRunAnnotation]: '1', [restoreAnnotation]: value, ...others },
      }),
    /** One minute of the planner, and the executor for what it asks to be restored. */
    round,
    /** Rounds until the request is over. */
    untilOver: async () => {
      for (let minutes = 0; minutes < 60; minutes++) {
        await round()
        const { result } = (fixture.status()?.restore ?? {}) as { result?: string }
        if (result !== undefined && result !== 'Running') return
      }
      throw new Error(`expected an end, got ${JSON.stringify(fixture.status()?.restore)}`)
    },
    /** True when the round was killed: the answer of its `last`-th call never came. */
    killedAfter: async (last: number): Promise<boolean> => {
      const kill = createKillPoint(last)
      try {
        await round(kill)
      } catch (error) {
        if (!(error instanceof KilledError)) throw error
      }
      return kill.calls >= last
    },
  }
}
