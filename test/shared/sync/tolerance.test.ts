import { expect, it } from 'vitest'
import { UnavailableError, type UnavailableKind } from '../../../shared/errors.ts'
import { Tolerance } from '../../../shared/sync/tolerance.ts'

const failing = (kind: UnavailableKind) => async () => {
  throw new UnavailableError(`down: ${kind}`, { kind })
}
const answering = async () => 'an answer'

it.each(['server', 'timeout', 'network'] as const)('takes a failure of kind %s for that of one entry', async kind => {
  const tolerance = new Tolerance()

  expect(await tolerance.attempt(failing(kind))).toMatchObject({ failure: { kind } })
  expect(await tolerance.attempt(answering)).toEqual({ value: 'an answer' })
  expect(() => tolerance.end()).not.toThrow()
})

it.each(['dns', 'tls', 'rate-limited'] as const)('takes a failure of kind %s for that of the registry', async kind => {
  await expect(new Tolerance().attempt(failing(kind))).rejects.toMatchObject({ kind })
})

it('ends where more failed than was answered, and not where the rest of the sync was answered', async () => {
  const tolerance = new Tolerance()
  await tolerance.attempt(failing('server'))

  expect(() => tolerance.end()).toThrow('down: server')
  expect(() => tolerance.end(1)).not.toThrow()
})

it('asks a registry that is down for no more than a few', async () => {
  const tolerance = new Tolerance()
  let asked = 0
  const ask = () =>
    tolerance.attempt(async () => {
      asked += 1
      return failing('server')()
    })

  await expect(
    (async () => {
      for (;;) await ask()
    })(),
  ).rejects.toThrow('down: server')
  expect(asked).toBeLessThan(20)
})
