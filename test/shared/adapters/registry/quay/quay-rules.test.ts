import { expect, it } from 'vitest'
import { takingsOf } from '../../../../../shared/domain/registry-rules/registry-rules.ts'
import { takingText } from '../../../../../shared/domain/registry-rules/taking.ts'
import { AccessDeniedError } from '../../../../../shared/errors.ts'
import { at } from '../../../../support/records.ts'
import { ruled } from '../../../domain/registry-rules/ruled.ts'
import { startQuay } from './quay-world.ts'

const path = 'team/app'
const policy = { uuid: 'u', method: 'creation_date', value: '30d', tagPattern: null, tagPatternMatches: true }

it('reads the auto-prune policies of the repository and of its organisation, which the domain understands', async () => {
  const { reader, state } = await startQuay()
  state.policies = { 'organization/team': [policy], [`repository/${path}`]: [] }

  const rules = await reader.findOwnRules?.(path)
  const report = rules && takingsOf(rules, path, [ruled('v1', 40)], { now: at(0), isIncomplete: false })

  expect(rules?.kind).toBe('quay-autoprune')
  expect([...(report?.takings.values() ?? [])].map(taking => takingText(taking))).toEqual([
    'the auto-prune policy of the organisation (older than 30d) deletes it from 2025-12-22T00:00:00Z on',
  ])
})

it('has no rules where neither has one, and where that Quay prunes nothing', async () => {
  const { reader, state } = await startQuay()

  const without = await reader.findOwnRules?.(path)
  state.policies = undefined
  const switchedOff = await reader.findOwnRules?.(path)

  expect([without, switchedOff]).toEqual([undefined, undefined])
})

it('says that they may not be read to a token that administers nothing', async () => {
  const { reader, state } = await startQuay()
  state.answer = ({ path: asked }) =>
    asked.includes('autoprunepolicy') ? { status: 403, body: { error_type: 'insufficient_scope' } } : undefined

  const reading = reader.findOwnRules?.(path)

  await expect(reading).rejects.toBeInstanceOf(AccessDeniedError)
})

it('asks for none as a robot, which its own API knows not', async () => {
  const { reader } = await startQuay(false)

  expect(reader.findOwnRules).toBeUndefined()
})
