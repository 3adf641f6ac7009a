import { expect, it } from 'vitest'
import { createGoogleReader } from '../../../../../shared/adapters/registry/google/google-registry.ts'
import { takingsOf } from '../../../../../shared/domain/registry-rules/registry-rules.ts'
import { takingText } from '../../../../../shared/domain/registry-rules/taking.ts'
import { AccessDeniedError } from '../../../../../shared/errors.ts'
import { at } from '../../../../support/records.ts'
import { ruled } from '../../../domain/registry-rules/ruled.ts'
import { reachOf, startGoogle } from './google-world.ts'

const path = 'project/images/team/app'
const old = { id: 'old', action: 'DELETE', condition: { olderThan: '2592000s', packageNamePrefixes: ['team/'] } }

it('reads the cleanup policies of the repository that the package is in, which the domain understands', async () => {
  const { reader, state } = await startGoogle()
  state.repositories.set('images', { cleanupPolicies: { old } })

  const rules = await reader.findOwnRules?.(path)
  const report = rules && takingsOf(rules, path, [ruled('v1', 40)], { now: at(0), isIncomplete: false })

  expect([...(report?.takings.values() ?? [])].map(taking => takingText(taking))).toEqual([
    'the cleanup policy "old" deletes it from 2025-12-22T00:00:00Z on',
  ])
})

it('takes policies that are tried alone for what they are', async () => {
  const { reader, state } = await startGoogle()
  state.repositories.set('images', { cleanupPolicies: { old }, cleanupPolicyDryRun: true })

  const rules = await reader.findOwnRules?.(path)
  const report = rules && takingsOf(rules, path, [ruled('v1', 40)], { now: at(0), isIncomplete: false })

  expect(report?.takings.size).toBe(0)
})

it('has no rules in a repository without any', async () => {
  const { reader, state } = await startGoogle()
  state.repositories.set('images', {})

  expect(await reader.findOwnRules?.(path)).toBeUndefined()
})

it('says that they may not be read to whoever may not', async () => {
  const { reader, state } = await startGoogle()
  state.isForbidden = true

  await expect(reader.findOwnRules?.(path)).rejects.toBeInstanceOf(AccessDeniedError)
})

it('asks nobody for rules without a credential, and of a host that is none of Google', async () => {
  const google = await startGoogle()
  const readers = [{ credential: undefined }, { host: 'mirror.example.com' }].map(more =>
    createGoogleReader(reachOf(google, more)),
  )

  expect(readers.map(reader => reader.findOwnRules)).toEqual([undefined, undefined])
})
