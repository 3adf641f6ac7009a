import { describe, expect, it } from 'vitest'
import type { ReadRules } from '../../../shared/domain/records/syncs.ts'
import type { RegistryRules } from '../../../shared/domain/registry-rules/registry-rules.ts'
import { AccessDeniedError, InvalidInputError, NotFoundError, UnavailableError } from '../../../shared/errors.ts'
import { areOtherRules, readRegistryRules } from '../../../shared/sync/registry-rules.ts'
import { at } from '../../support/records.ts'

const day = 86_400
const rules: RegistryRules = { kind: 'ecr-lifecycle', text: '{"rules":[]}' }

/** Asks at a time with a credential, where the registry answers so, and says how often it was asked. */
async function ask(
  known: ReadRules | undefined,
  seconds: number,
  answer: RegistryRules | Error | undefined,
  credential = 'installation',
) {
  let asked = 0
  const findOwnRules = async () => {
    asked += 1
    if (answer instanceof Error) throw answer
    return answer
  }
  const request = { repository: 'team/app', credential }
  return { found: await readRegistryRules(request, { findOwnRules }, known, { now: () => at(seconds) }), asked }
}

describe("the registry's own rules", () => {
  it('are read once a day', async () => {
    const { found: first } = await ask(undefined, 0, rules)

    expect(first).toEqual({ readAt: at(0), rules })
    expect(await ask(first, day - 1, undefined)).toEqual({ found: first, asked: 0 })
    expect(await ask(first, day, undefined)).toEqual({ found: { readAt: at(day) }, asked: 1 })
  })

  it('are not known of a registry that has none', async () => {
    const request = { repository: 'team/app', credential: 'installation' }
    expect(await readRegistryRules(request, {}, undefined, { now: () => at(0) })).toBeUndefined()
  })

  it.each([
    new UnavailableError('expected an answer', { kind: 'server' }),
    new InvalidInputError('expected an answer of Harbor'),
    new NotFoundError('expected the repository'),
  ])('stay as they were while they cannot be read, and are asked for again: %s', async error => {
    const known = { readAt: at(0), rules }
    expect(await ask(known, 2 * day, error)).toEqual({ found: known, asked: 1 })
    expect((await ask(undefined, 0, error)).found).toBeUndefined()
  })

  it('throw what is no word of the registry', async () => {
    await expect(ask(undefined, 0, new TypeError('a mistake'))).rejects.toThrow('a mistake')
  })

  it('are told as refused, once a day and to each credential', async () => {
    const denied = new AccessDeniedError('expected access, got 403')
    const { found: refused } = await ask(undefined, 0, denied, 'eu-1/one')

    expect(refused).toEqual({ readAt: at(0), refused: { message: denied.message, credentials: ['eu-1/one'] } })
    expect((await ask(refused, 3600, rules, 'eu-1/one')).asked).toBe(0)
    expect((await ask(refused, 3600, rules, 'eu-1/two')).found).toEqual({ readAt: at(3600), rules })
    const { found: byBoth } = await ask(refused, 3600, denied, 'eu-1/two')
    expect(byBoth?.refused?.credentials).toEqual(['eu-1/one', 'eu-1/two'])
    expect((await ask(byBoth, day - 1, rules, 'eu-1/one')).asked).toBe(0)
    expect((await ask(byBoth, day, denied, 'eu-1/one')).found?.refused?.credentials).toEqual(['eu-1/one'])
  })

  it('that another credential read are not lost by a refusal, but for a week', async () => {
    const denied = new AccessDeniedError('expected access, got 403')
    const known = { readAt: at(0), rules }

    expect((await ask(known, 6 * day, denied, 'eu-1/one')).found).toBe(known)
    expect((await ask(known, 7 * day, denied, 'eu-1/one')).found?.refused?.message).toBe(denied.message)
  })

  it('that would not fit into the record are kept as not understood', async () => {
    const { found } = await ask(undefined, 0, { ...rules, text: 'x'.repeat(70_000) })
    expect(found?.rules).toEqual({ kind: 'ecr-lifecycle', text: '' })
  })

  it('are news where they say something else, and not for being read again', () => {
    const known = { readAt: at(0), rules }
    expect(areOtherRules(known, { readAt: at(day), rules })).toBe(false)
    expect(areOtherRules(known, { readAt: at(day) })).toBe(true)
    expect(areOtherRules(undefined, known)).toBe(true)
    expect(areOtherRules(known, undefined)).toBe(false)
  })
})
