import { expect, it } from 'vitest'
import { createHarborReader } from '../../../../../shared/adapters/registry/harbor/harbor-reader.ts'
import { createRegistries } from '../../../../../shared/adapters/registry/registries.ts'
import { lockOf, takingsOf } from '../../../../../shared/domain/registry-rules/registry-rules.ts'
import { takingText } from '../../../../../shared/domain/registry-rules/taking.ts'
import { AccessDeniedError, InvalidInputError, NotFoundError, UnavailableError } from '../../../../../shared/errors.ts'
import { parseSettings } from '../../../../../shared/settings.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { createMemorySealer } from '../../../../support/memory-platform.ts'
import { at } from '../../../../support/records.ts'
import { secretsOf } from '../../../../support/webhook-fixture.ts'
import { ruled } from '../../../domain/registry-rules/ruled.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { json } from '../fake-registry.ts'

const retention = {
  id: 7,
  algorithm: 'or',
  rules: [
    {
      id: 1,
      priority: 1,
      disabled: false,
      action: 'retain',
      template: 'nDaysSinceLastPush',
      params: { nDaysSinceLastPush: 30 },
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: '**', extras: '{"untagged":true}' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
    },
  ],
  trigger: { kind: 'Schedule', settings: { cron: '0 0 0 * * *' }, references: { job_id: 1 } },
  scope: { level: 'project', ref: 3 },
}
const lock = { ...retention.rules[0], action: 'immutable', template: 'immutable_template', params: {} }

type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>

const answers: Answers = {
  '/api/v2.0/projects/team': [200, { project_id: 3, name: 'team', metadata: { public: 'true', retention_id: '7' } }],
  '/api/v2.0/retentions/7': [200, retention],
  '/api/v2.0/projects/team/immutabletagrules?page_size=100': [200, []],
}

/** A Harbor that answers these paths, and 404 to all others. */
async function startHarbor(changed: Answers = {}) {
  const served = { ...answers, ...changed }
  const server = await startScriptedServer((request, response) => {
    const [status, body] = served[request.url ?? ''] ?? [404, { errors: [{ code: 'NOT_FOUND' }] }]
    json(response, status, body)
  })
  const credential = { username: 'robot$reader', password: 'secret' }
  const reader = createHarborReader({ host: 'harbor.example.com', endpoint: server.url, configured: true, credential })
  return { reader, server }
}

it('reads the tag retention of the project, with what is immutable, by user name and password', async () => {
  const { reader, server } = await startHarbor({
    '/api/v2.0/projects/team/immutabletagrules?page_size=100': [200, [lock]],
  })

  const rules = await reader.findOwnRules?.('team/sub/app')

  expect(rules?.kind).toBe('harbor-retention')
  expect(JSON.parse(rules?.text ?? '')).toEqual({ retention, immutable: [lock] })
  const basic = `Basic ${Buffer.from('robot$reader:secret').toString('base64')}`
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic])
  expect(server.requests[0]?.headers['x-is-resource-name']).toBe('true')
})

it('says of an image when the retention deletes it', async () => {
  const { reader } = await startHarbor()
  const rules = await reader.findOwnRules?.('team/app')
  if (!rules) throw new Error('expected rules')

  const context = { now: at(0), isIncomplete: false }
  const [taking] = takingsOf(rules, 'team/app', [ruled('v1.4', 28)], context).takings.values()

  expect(taking && takingText(taking, at(0))).toBe(
    'the tag retention of Harbor project team deletes it in 3 days, from 2026-01-04T00:00:00Z on',
  )
})

it.each<[string, Answers]>([
  ['the project has no retention', { '/api/v2.0/projects/team': [200, { metadata: { public: 'true' } }] }],
  ['its number is none', { '/api/v2.0/projects/team': [200, { metadata: { retention_id: '../users' } }] }],
  ['the retention is gone', { '/api/v2.0/retentions/7': [404, { errors: [{ code: 'NOT_FOUND' }] }] }],
])('finds none where %s', async (_, changed) => {
  const { reader } = await startHarbor(changed)
  expect(await reader.findOwnRules?.('team/app')).toBeUndefined()
})

it.each<[string, Answers, unknown]>([
  ['the project is refused', { '/api/v2.0/projects/team': [401, {}] }, AccessDeniedError],
  ['the retention is refused', { '/api/v2.0/retentions/7': [403, {}] }, AccessDeniedError],
  ['Harbor fails', { '/api/v2.0/retentions/7': [502, {}] }, UnavailableError],
  [
    'there is no such project',
    { '/api/v2.0/projects/team': [404, { errors: [{ code: 'NOT_FOUND' }] }] },
    NotFoundError,
  ],
  ['another server has no such project', { '/api/v2.0/projects/team': [404, {}] }, InvalidInputError],
  ['another server has no such retention', { '/api/v2.0/retentions/7': [404, {}] }, InvalidInputError],
  ['there is no Harbor', { '/api/v2.0/projects/team': [200, 'welcome'] }, InvalidInputError],
])('throws where %s', async (_, changed, family) => {
  const { reader } = await startHarbor(changed)
  expect(await failureOf(Promise.resolve(reader.findOwnRules?.('team/app')))).toBeInstanceOf(family)
})

it('tells what is immutable of a project without tag retention, of which nothing is deleted by rules then', async () => {
  const { reader } = await startHarbor({
    '/api/v2.0/projects/team': [200, { metadata: { public: 'true' } }],
    '/api/v2.0/projects/team/immutabletagrules?page_size=100': [200, [lock]],
  })

  const rules = await reader.findOwnRules?.('team/app')
  if (!rules) throw new Error('expected rules')

  const { takings, unclear } = takingsOf(rules, 'team/app', [ruled('v1.4', 400)], { now: at(0), isIncomplete: false })
  expect([takings.size, unclear.size]).toEqual([0, 0])
  expect(lockOf(rules, 'team/app')(['v1.4'])).toContain('tag v1.4 immutable')
  expect(lockOf(rules, 'team/app')([])).toBeUndefined()
})

it('goes on without the rules for immutable tags where those are refused', async () => {
  const { reader } = await startHarbor({ '/api/v2.0/projects/team/immutabletagrules?page_size=100': [403, {}] })
  expect(JSON.parse((await reader.findOwnRules?.('team/app'))?.text ?? '')).toEqual({ retention })
})

it('is read of a registry that the settings call harbor, and of no other', async () => {
  const { server } = await startHarbor()
  const readerOf = (provider: 'harbor' | 'oci') =>
    createRegistries({
      settings: parseSettings({ registries: [{ host: 'harbor.example.com', endpoint: server.url, provider }] }),
      secrets: secretsOf({}),
      sealer: createMemorySealer(),
      store: { findCredential: async () => undefined },
      now: () => at(0),
    }).reader('harbor.example.com')

  expect(await (await readerOf('harbor')).findOwnRules?.('team/app')).toMatchObject({ kind: 'harbor-retention' })
  expect((await readerOf('oci')).findOwnRules).toBeUndefined()
})
