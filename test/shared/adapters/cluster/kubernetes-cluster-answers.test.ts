import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  AccessDeniedError,
  ConflictError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
} from '../../../../shared/errors.ts'
import { answerJson, statusBody, token } from './scripted-api.ts'
import { clusterThat, failureOf, object, podList } from './scripted-cluster.ts'

describe('answers that refuse', () => {
  const refusals = [
    [400, 'BadRequest', InvalidInputError],
    [401, 'Unauthorized', AccessDeniedError],
    [403, 'Forbidden', AccessDeniedError],
    [404, 'NotFound', NotFoundError],
    [409, 'Conflict', ConflictError],
    [410, 'Expired', UnavailableError],
    [422, 'Invalid', InvalidInputError],
    [429, 'TooManyRequests', UnavailableError],
    [500, 'InternalError', UnavailableError],
    [503, 'ServiceUnavailable', UnavailableError],
    [504, 'Timeout', UnavailableError],
  ] as const

  it.each(refusals)(
    'F27 B27 turns %i %s into its error family, with nothing of the request in it',
    async (code, reason, family) => {
      const { cluster } = await clusterThat((_, response) => answerJson(response, code, statusBody(code, reason)))

      const failure = await failureOf(cluster.applyStatus(object, { syncMessage: 'value-of-the-request' }))

      expect(failure).toBeInstanceOf(family)
      expect(failure.message).toContain('cluster eu-1: apply the status of Repository production/myapp')
      expect(failure.cause).toMatchObject({ status: code, reason })
      expect(inspect(failure, { depth: 9 })).not.toMatch(new RegExp(`value-of-the-request|${token}`))
    },
  )

  it('F27 says which kind of unavailable it is, and when to come back', async () => {
    const { cluster } = await clusterThat((_, response) =>
      answerJson(response, 429, statusBody(429, 'TooManyRequests'), { 'retry-after': '7' }),
    )

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ kind: 'rate-limited', retryAfterMs: 7_000 })
  })

  it.each([
    ['99999999', 3_600_000],
    // From 10^8 on it is read as an instant, as some registries write it, and this one is past.
    ['1000000000', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('F16 bounds a Retry-After of "%s"', async (header, retryAfterMs) => {
    const { cluster } = await clusterThat((_, response) => answerJson(response, 429, {}, { 'retry-after': header }))

    const failure = await failureOf(cluster.findNamespace('production'))

    expect(failure.retryAfterMs).toBe(retryAfterMs)
  })

  it('F16 takes a Retry-After that is a date', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString()
    const { cluster } = await clusterThat((_, response) => answerJson(response, 503, {}, { 'retry-after': inAMinute }))

    const { retryAfterMs } = await failureOf(cluster.findNamespace('production'))

    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(60_000)
  })

  it('names the fields of a 422', async () => {
    const causes = [{ field: 'status.syncStatus', message: 'value-of-the-request' }, { field: '<nil>' }]
    const { cluster } = await clusterThat((_, response) =>
      answerJson(response, 422, statusBody(422, 'Invalid', { causes })),
    )

    const failure = await failureOf(cluster.applyStatus(object, {}))

    expect(failure.message).toMatch(/for the fields status\.syncStatus$/)
  })

  it('F27 tells an object that is missing from a kind that is not served', async () => {
    const { cluster } = await clusterThat((_, response) => response.writeHead(404).end('404 page not found\n'))

    expect(await failureOf(cluster.findObject('Repository', 'production', 'myapp'))).toBeInstanceOf(NotFoundError)
    expect(await failureOf(cluster.deleteObject(object))).toBeInstanceOf(NotFoundError)
    expect(await failureOf(cluster.findSecret('production', 'harbor'))).toBeInstanceOf(NotFoundError)
  })

  it('does not follow a redirect with its credentials', async () => {
    const other = await clusterThat((_, response) => answerJson(response, 200, podList([])))
    const { cluster } = await clusterThat((_, response) => response.writeHead(307, { location: other.api.url }).end())

    expect(await failureOf(cluster.listObjects('Repository'))).toBeInstanceOf(UnavailableError)
    expect(other.api.calls).toHaveLength(0)
  })
})
