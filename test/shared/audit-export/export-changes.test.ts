import { describe, expect, it } from 'vitest'
import { settledAfterMs } from '../../../shared/domain/audit-export.ts'
import { functions } from '../../../shared/wiring.ts'
import { createKillPoint } from '../../support/memory-platform.ts'
import { digestOf } from '../../support/records.ts'
import { changeOf, createExportFixture, createTrail, repository } from './export-fixture.ts'

const limits = { entriesPerRun: 1000, entriesPerSave: 100 }

function start(own = limits) {
  const trail = createTrail()
  const fixture = createExportFixture(trail.store, own)
  /** Runs every minute, as the schedule does. */
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      fixture.pass(60)
      await fixture.run()
    }
  }
  return { ...trail, ...fixture, step: fixture.pass, pass }
}

const several = (count: number, seconds: (place: number) => number) =>
  Array.from({ length: count }, (_, place) => changeOf(`e${String(place).padStart(4, '0')}`, seconds(place)))

describe('the audit trail on the bus', () => {
  it('is every entry once, in order, with all that it says', async () => {
    const { write, pass, published } = start()
    const policy = { actor: 'policy eu-1/production/auto-cleanup', action: 'marked', runId: 'r1' } as const
    write(changeOf('b', 61, { ...policy, reason: 'not among the newest 3', facts: ['pushed 2025-01-01 by registry'] }))
    write(changeOf('a', 1, { action: 'tag-created', tag: 'v1' }))

    await pass(40)

    expect(published).toEqual([
      {
        id: 'a',
        at: '2026-01-01T00:00:01.000Z',
        registry: 'harbor.example.com',
        repository: 'myapp/myapp',
        digest: digestOf('one'),
        tag: 'v1',
        actor: 'sync',
        action: 'tag-created',
        reason: 'the registry holds it',
        facts: [],
      },
      expect.objectContaining({
        id: 'b',
        ...policy,
        policy: 'eu-1/production/auto-cleanup',
        reason: 'not among the newest 3',
        facts: ['pushed 2025-01-01 by registry'],
      }),
    ])
  })

  it('begins with the hour of the first run, and with no older entry', async () => {
    const { write, step, pass, ids } = start()
    write(changeOf('before', -1), changeOf('in the hour', 0))
    step(1800)

    await pass(30)

    expect(ids()).toEqual(['in the hour'])
  })

  it('comes two minutes after the stamp', async () => {
    const { write, pass, ids } = start()
    write(changeOf('a', 30))

    await pass(2)
    expect(ids()).toEqual([])
    await pass(1)

    expect(ids()).toEqual(['a'])
  })

  it('takes no more than its limit a run, also of entries of one moment, and goes on where it was', async () => {
    const { write, step, run, ids } = start({ entriesPerRun: 25, entriesPerSave: 10 })
    write(...several(60, () => 5))
    step(300)

    expect((await run())?.published).toBe(25)
    expect((await run())?.published).toBe(25)
    expect((await run())?.published).toBe(10)

    expect(new Set(ids()).size).toBe(60)
    expect(ids()).toHaveLength(60)
  })

  it('F24 brings an entry that was written long after its stamp, with its stretch', async () => {
    const { write, pass, ids } = start()
    write(changeOf('a', 30), changeOf('c', 40), changeOf('far', 600))
    await pass(15)
    write(changeOf('b', 31))
    await pass(30)

    expect(ids().filter(id => id === 'b')).toHaveLength(1)
    expect(ids().filter(id => id === 'far')).toHaveLength(1)
    expect(ids().filter(id => id === 'a')).toHaveLength(2)
  })

  it('waits for what any function may still write under an older stamp, and five minutes more', () => {
    const longest = Math.max(...Object.values(functions).map(one => one.timeoutSeconds))

    expect(settledAfterMs).toBeGreaterThanOrEqual((longest + 300) * 1000)
  })

  it('catches up after an outage of days without repeating anything', async () => {
    const { write, run, step, ids } = start()
    write(changeOf('a', 10))
    await run()
    write(...several(50, place => 3600 * place + 7))
    step(50 * 3600)

    for (let minute = 0; minute < 60; minute++) {
      step(60)
      await run()
    }

    expect(ids()).toHaveLength(51)
    expect(new Set(ids()).size).toBe(51)
  })

  it('F26 waits where the clock goes backwards', async () => {
    const { write, pass, step, ids, record } = start()
    write(changeOf('a', 30))
    await pass(10)
    const before = record()?.publishedUpTo
    step(-600)
    await pass(5)
    expect(record()?.publishedUpTo).toEqual(before)

    await pass(60)

    expect(ids()).toEqual(['a'])
  })

  it('F1 comes to no harm from two runs at once', async () => {
    const { write, step, run, pass, ids, record } = start({ entriesPerRun: 1000, entriesPerSave: 7 })
    write(...several(50, place => place))
    step(600)

    const results = await Promise.all([run(), run(), run()])
    await pass(40)

    expect(results.filter(result => result?.overtaken).length).toBeGreaterThan(0)
    expect(new Set(ids()).size).toBe(50)
    expect(record()?.stretches.length).toBeLessThan(30)
  })

  it('keeps few stretches while nothing happens', async () => {
    const { pass, record, published } = start()

    await pass(180)

    expect(record()?.stretches.length).toBeLessThan(25)
    expect(published).toEqual([])
  })

  it.each(['像', '\u0001', '"', 'a'])(
    'cuts long texts of %j, so that ten events fit into one call of 256 KB',
    async character => {
      const { write, step, run, published } = start()
      const textOf = (length: number) => Array.from({ length }, () => character).join('')
      write(
        changeOf('a', 1, { reason: textOf(50_000), facts: ['short', textOf(50_000), 'other'] }),
        changeOf('b', 2, { reason: textOf(249), facts: Array.from({ length: 5000 }, () => textOf(1)) }),
      )
      step(600)

      await run()

      for (const event of published) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(24_000)
      expect(published[0]?.facts).toEqual(['short', '2 more in the history of the image'])
      expect(published[1]?.reason).toHaveLength(249)
    },
  )
})

describe('a run that is killed between any two calls', () => {
  const world = () => start({ entriesPerRun: 30, entriesPerSave: 4 })
  const writeAll = ({ write }: Pick<ReturnType<typeof start>, 'write'>) => {
    write(...several(20, place => place * 9))
    return 20
  }

  it('loses no entry, whichever run it is', async () => {
    const whole = world()
    writeAll(whole)
    const calls: number[] = []
    for (let minute = 1; minute <= 30; minute++) {
      whole.step(60)
      const kill = createKillPoint()
      await whole.run(kill)
      calls.push(kill.calls)
    }
    expect(whole.ids()).toHaveLength(20)

    for (const [minute, made] of calls.entries())
      for (let last = 1; last <= made; last++) {
        const { step, run, ids, pass, ...rest } = world()
        const count = writeAll(rest)
        for (let before = 0; before < minute; before++) await pass(1)
        step(60)
        await run(createKillPoint(last))
        await pass(30)
        expect([minute, last, new Set(ids()).size]).toEqual([minute, last, count])
      }
  })
})

it('names the repository under its registry, also one whose path has many parts', async () => {
  const { write, step, run, published } = start()
  write(changeOf('a', 1, { repository: `${repository}/and/more` }))
  step(600)

  await run()

  expect(published).toMatchObject([{ registry: 'harbor.example.com', repository: 'myapp/myapp/and/more' }])
})
