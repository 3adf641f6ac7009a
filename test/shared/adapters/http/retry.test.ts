import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpRequest, HttpResponse } from '../../../../shared/adapters/http/client.ts'
import { type Clock, defaultRetryPolicy, RetryBudget, withRetries } from '../../../../shared/adapters/http/retry.ts'
import { InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { failureOf } from '../../../support/failure-of.ts'

type Answer = { status: number; headers?: Record<string, string> } | Error

/** Gives these answers in turn, the last one for ever. */
function scriptedClient(answers: readonly Answer[]): HttpClient & { sent: number } {
  return {
    sent: 0,
    async send(): Promise<HttpResponse> {
      const answer = answers[Math.min(this.sent++, answers.length - 1)]
      if (answer === undefined || answer instanceof Error) throw answer
      return { status: answer.status, headers: answer.headers ?? {}, body: Buffer.alloc(0) }
    },
    receive: () => Promise.reject(new Error('expected no stream')),
    close: () => undefined,
  }
}

/** Time that passes only by sleeping. */
function fakeClock(): Clock & { slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    now: () => new Date(slept.reduce((sum, ms) => sum + ms, Date.parse('2026-11-24T00:00:00Z'))),
    sleep: async ms => void slept.push(ms),
    random: () => 1,
  }
}

const request = (method: HttpRequest['method'] = 'GET'): HttpRequest => ({ method, url: new URL('http://r.example/') })
const reset = () => new UnavailableError('reset', { kind: 'network' })
describe('a request', () => {
  it.each([408, 429, 500, 502, 503, 504])('F17 is tried again after %d', async status => {
    const client = scriptedClient([{ status }, { status: 200 }])

    const answer = await withRetries(client, undefined, fakeClock()).send(request())

    expect(answer.status).toBe(200)
    expect(client.sent).toBe(2)
  })

  it.each([200, 301, 400, 401, 403, 404, 405, 501])('is not tried again after %d', async status => {
    const client = scriptedClient([{ status }])

    const answer = await withRetries(client, undefined, fakeClock()).send(request())

    expect(answer.status).toBe(status)
    expect(client.sent).toBe(1)
  })

  it('F17 is given up after a few tries, each waiting longer', async () => {
    const client = scriptedClient([reset()])
    const clock = fakeClock()

    const failure = await failureOf(withRetries(client, undefined, clock).send(request()))

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(clock.slept).toEqual([200, 400])
  })

  it('is sent once when it may not be repeated', async () => {
    const client = scriptedClient([{ status: 503 }])

    await failureOf(withRetries(client, undefined, fakeClock()).send(request('POST')))

    expect(client.sent).toBe(1)
  })

  it('F18 is not tried again after a TLS failure', async () => {
    const client = scriptedClient([new UnavailableError('certificate', { kind: 'tls' })])

    await failureOf(withRetries(client, undefined, fakeClock()).send(request()))

    expect(client.sent).toBe(1)
  })

  it('is not tried again when it can never succeed', async () => {
    const client = scriptedClient([new InvalidInputError('too large')])

    const failure = await failureOf(withRetries(client, undefined, fakeClock()).send(request()))

    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(client.sent).toBe(1)
  })

  it('is not tried again after its deadline', async () => {
    const client = scriptedClient([reset()])
    const policy = { ...defaultRetryPolicy, deadlineMs: 300 }

    await failureOf(withRetries(client, policy, fakeClock()).send(request()))

    expect(client.sent).toBe(2)
  })
})

describe('a server that asks to wait', () => {
  it('F16 is waited for when it is short', async () => {
    const clock = fakeClock()
    const client = scriptedClient([{ status: 429, headers: { 'retry-after': '3' } }, { status: 200 }])

    await withRetries(client, undefined, clock).send(request())

    expect(clock.slept).toEqual([3_000])
  })

  it('F16 is not waited for when it is long: the caller learns how long', async () => {
    const clock = fakeClock()
    const client = scriptedClient([{ status: 429, headers: { 'retry-after': '600' } }])

    const failure = await failureOf(withRetries(client, undefined, clock).send(request()))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'rate-limited', retryAfterMs: 600_000 })
    expect(clock.slept).toEqual([])
  })

  it('F16 is tried again after our own delay when its wish is negative', async () => {
    const clock = fakeClock()
    const client = scriptedClient([{ status: 429, headers: { 'retry-after': '-1' } }, { status: 200 }])

    await withRetries(client, undefined, clock).send(request())

    expect(clock.slept).toEqual([200])
  })
})

it('F17 a registry that is down is not asked three times for each of a thousand tags', async () => {
  const client = scriptedClient([{ status: 503 }])
  const retrying = withRetries(client, undefined, fakeClock(), new RetryBudget(20))

  for (let tag = 0; tag < 1_000; tag++) await failureOf(retrying.send(request('HEAD')))

  expect(client.sent).toBe(1_020)
})
