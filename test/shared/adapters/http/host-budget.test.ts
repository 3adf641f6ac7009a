import { describe, expect, it } from 'vitest'
import { HostBudget, withHostBudget } from '../../../../shared/adapters/http/host-budget.ts'
import type { Clock } from '../../../../shared/adapters/http/retry.ts'

/** Time that passes only by sleeping. */
function fakeClock(): Clock & { slept: number[]; pass(ms: number): void } {
  let nowMs = Date.parse('2026-11-24T00:00:00Z')
  const slept: number[] = []
  return {
    slept,
    pass: ms => {
      nowMs += ms
    },
    now: () => new Date(nowMs),
    sleep: async ms => {
      slept.push(ms)
      nowMs += ms
    },
    random: () => 1,
  }
}

type Answer = { status: number; headers?: Record<string, string> }

/** One host behind a budget; it answers as told, and counts how many requests it has at once. */
function hostWith(max: number, answer: (nth: number) => Answer) {
  const clock = fakeClock()
  const budget = new HostBudget(max, clock)
  const state = { sent: 0, open: 0, mostOpen: 0 }
  const client = {
    send: async () => {
      state.sent += 1
      state.open += 1
      state.mostOpen = Math.max(state.mostOpen, state.open)
      const { status, headers = {} } = answer(state.sent)
      await new Promise(setImmediate)
      state.open -= 1
      return { status, headers, body: Buffer.alloc(0) }
    },
    receive: () => Promise.reject(new Error('expected no stream')),
    close: () => undefined,
  }
  const limited = withHostBudget(client, () => budget, clock)
  const send = (repository?: string, credentialId?: string) =>
    limited.send({
      method: 'GET',
      url: new URL('http://r.example/'),
      ...(repository !== undefined && { repository }),
      ...(credentialId !== undefined && { credentialId }),
    })
  const sendMany = (count: number) => Promise.allSettled(Array.from({ length: count }, () => send()))
  return { clock, budget, state, send, sendMany }
}

const ok: Answer = { status: 200 }
const tooMany = (seconds?: number): Answer => ({
  status: 429,
  ...(seconds !== undefined && { headers: { 'retry-after': String(seconds) } }),
})

it('has no more requests under way than it may', async () => {
  const { state, sendMany } = hostWith(4, () => ok)

  await sendMany(100)

  expect(state).toMatchObject({ sent: 100, mostOpen: 4 })
})

it('F16 asks half as much at once after a 429, once for all that were under way', async () => {
  const { budget, clock, sendMany } = hostWith(16, nth => (nth <= 16 ? tooMany() : ok))
  clock.pass(1)

  await sendMany(16)

  expect(budget.limit).toBe(8)
})

it('F16 comes back to its limit step by step', async () => {
  const { budget, sendMany, send } = hostWith(4, nth => (nth === 1 ? tooMany() : ok))
  await send()
  expect(budget.limit).toBe(2)

  await sendMany(2)
  expect(budget.limit).toBe(3)
  await sendMany(3)
  expect(budget.limit).toBe(4)
  await sendMany(100)
  expect(budget.limit).toBe(4)
})

it('F16 never asks less than one at once', async () => {
  const { budget, clock, send } = hostWith(4, () => tooMany())
  for (let at = 0; at < 10; at++) {
    clock.pass(1)
    await send()
  }

  expect(budget.limit).toBe(1)
})

it('F16 lets everybody wait while the host asks for a short pause', async () => {
  const { clock, state, send, sendMany } = hostWith(1, nth => (nth === 1 ? tooMany(3) : ok))
  await send()

  const answers = await sendMany(5)

  expect(answers.every(one => one.status === 'fulfilled')).toBe(true)
  expect(clock.slept).toEqual([3_000])
  expect(state.sent).toBe(6)
})

it('F16 sends nothing while the host asks for a long pause: ten thousand requests cost none', async () => {
  const { state, send, sendMany } = hostWith(8, () => tooMany(600))
  await send()

  const answers = await sendMany(10_000)

  expect(state.sent).toBe(1)
  expect(answers[0]).toMatchObject({
    status: 'rejected',
    reason: { name: 'UnavailableError', kind: 'rate-limited', retryAfterMs: 60_000 },
  })
})

it('F16 asks again after a minute, however long the pause that one answer asked for', async () => {
  const { clock, send } = hostWith(8, nth => (nth === 1 ? tooMany(3_600) : ok))
  await send()

  clock.pass(60_000)

  expect(await send()).toMatchObject({ status: 200 })
})

it('F46 lets the other repositories of a host go on that asks one of them to wait', async () => {
  const { state, send } = hostWith(8, nth => (nth === 1 ? tooMany(600) : ok))
  await send('team/busy')

  const [busy, other] = await Promise.allSettled([send('team/busy'), send('team/other')])

  expect(busy).toMatchObject({ status: 'rejected', reason: { isUnsent: true, retryAfterMs: 60_000 } })
  expect(other).toMatchObject({ status: 'fulfilled' })
  expect(state.sent).toBe(2)
})

it('F46 takes the second repository that is asked to wait for the word of the whole host', async () => {
  const { clock, state, send } = hostWith(8, nth => (nth <= 2 ? tooMany(600) : ok))
  await send('team/a')
  await send('team/b')

  const third = await send('team/c').catch((error: unknown) => error)
  clock.pass(60_000)

  expect(third).toMatchObject({ kind: 'rate-limited', isUnsent: true })
  expect(state.sent).toBe(2)
  expect(await send('team/c')).toMatchObject({ status: 200 })
})

/** What a host answers that is asked with a status after the other, and then as it should. */
const inTurn =
  (...answers: Answer[]) =>
  (nth: number): Answer =>
    answers[nth - 1] ?? ok

describe('F46 a host that asks several repositories to wait', () => {
  const waits = { kind: 'rate-limited', isUnsent: true }
  const failureOf = (sent: Promise<unknown>) => sent.catch((error: unknown) => error)

  it('lets another credential go on when two of one credential are told so', async () => {
    const { send } = hostWith(8, inTurn(tooMany(600), tooMany(600)))
    await send('team/a', 'theirs')
    await send('team/b', 'theirs')

    expect(await failureOf(send('team/c', 'theirs'))).toMatchObject(waits)
    expect(await failureOf(send('team/c', 'ours'))).toMatchObject({ status: 200 })
    expect(await failureOf(send('team/a', 'ours'))).toMatchObject({ status: 200 })
  })

  it('waits as a whole when a second credential is told so', async () => {
    const { send, state } = hostWith(8, inTurn(tooMany(600), tooMany(600)))
    await send('team/a', 'theirs')
    await send('team/b', 'ours')

    expect(await failureOf(send('team/c', 'a third'))).toMatchObject(waits)
    expect(state.sent).toBe(2)
  })

  it('leaves it at a credential where a request of no repository is told so', async () => {
    const { send } = hostWith(8, inTurn(tooMany(600)))
    await send(undefined, 'theirs')

    expect(await failureOf(send('team/a', 'theirs'))).toMatchObject(waits)
    expect(await failureOf(send('team/a', 'ours'))).toMatchObject({ status: 200 })
  })

  it('lets the rest of a credential go on that was answered between the two', async () => {
    const { send } = hostWith(8, inTurn(tooMany(600), ok, tooMany(600)))
    await send('team/a', 'shared')
    await send('team/good', 'shared')
    await send('team/b', 'shared')

    expect(await failureOf(send('team/good', 'shared'))).toMatchObject({ status: 200 })
    expect(await failureOf(send('team/a', 'shared'))).toMatchObject(waits)
    expect(await failureOf(send('team/b', 'shared'))).toMatchObject(waits)
  })

  it('takes no refusal and no token for such an answer', async () => {
    const { clock, budget } = hostWith(8, () => ok)
    const answers = [tooMany(600), { status: 401 }, ok, tooMany(600)]
    const client = {
      send: async () => ({ headers: {}, body: Buffer.alloc(0), ...(answers.shift() ?? ok) }),
      receive: () => Promise.reject(new Error('expected no stream')),
      close: () => undefined,
    }
    const limited = withHostBudget(client, () => budget, clock)
    const send = (repository: string, isForToken = false) =>
      limited.send({ method: 'GET', url: new URL('http://r.example/'), repository, credentialId: 'shared', isForToken })
    await send('team/a')
    await send('team/b')
    await send('team/b', true)
    await send('team/b')

    expect(await failureOf(send('team/c'))).toMatchObject(waits)
  })

  it('counts two that are told so at the same time alone', async () => {
    const { send, clock } = hostWith(8, inTurn(tooMany(10), tooMany(10)))
    await send('team/a', 'shared')
    clock.pass(10_000)
    await send('team/b', 'shared')

    expect(await failureOf(send('team/c', 'shared'))).toMatchObject({ status: 200 })
  })
})

it('F46 keeps no room for the requests of a repository that waits', async () => {
  const { clock, budget, send } = hostWith(1, nth => (nth === 1 ? tooMany(3) : ok))
  await send('team/busy')
  const order: string[] = []
  const wake = Promise.withResolvers<void>()
  clock.sleep = async ms => {
    await wake.promise
    clock.pass(ms)
  }

  const busy = send('team/busy').then(() => order.push('busy'))
  await send('team/other').then(() => order.push('other'))
  wake.resolve()
  await busy

  expect(order).toEqual(['other', 'busy'])
  expect(budget.limit).toBe(1)
})

it('F17 takes a 503 for overload only when it comes with a time', async () => {
  const broken = hostWith(4, () => ({ status: 503 }))
  const overloaded = hostWith(4, () => ({ status: 503, headers: { 'retry-after': '1' } }))

  await broken.send()
  await overloaded.send()

  expect(broken.budget.limit).toBe(4)
  expect(overloaded.budget.limit).toBe(2)
})

it('gives the room of a request that failed to the next one', async () => {
  const budget = new HostBudget(1, fakeClock())
  const failing = budget.run({
    what: 'GET /',
    send: async () => {
      throw new TypeError('broken')
    },
    askedToWait: () => undefined,
  })

  await expect(failing).rejects.toThrow('broken')
  expect(await budget.run({ what: 'GET /', send: async () => 'answer', askedToWait: () => undefined })).toBe('answer')
})
