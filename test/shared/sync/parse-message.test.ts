import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseSyncMessage as parse } from '../../../shared/sync/parse-message.ts'
import { bus } from '../../../shared/wiring.ts'

const digest = `sha256:${'a'.repeat(64)}`
const ofUs = (type: string, detail: object) => JSON.stringify({ source: bus.source, 'detail-type': type, detail })
const ofEcr = (detail: object) =>
  JSON.stringify({
    source: 'aws.ecr',
    'detail-type': 'ECR Image Action',
    account: '123456789012',
    region: 'eu-central-1',
    detail: { 'repository-name': 'team/app', 'image-digest': digest, 'image-tag': 'v1', ...detail },
  })

const parseSyncMessage = (body: string) => parse(body, host => host)

describe('a message of the sync queue', () => {
  it.each([
    ['ImagePushed', true],
    ['ImageDeleted', false],
  ])('of %s is a hint', (type, isPush) => {
    const hint = { registry: 'registry.example.com', repository: 'team/app', tag: 'v1' }

    expect(parseSyncMessage(ofUs(type, hint))).toEqual({ kind: 'hint', hint, isPush })
  })

  it.each([
    ['PUSH', 'SUCCESS', true, {}],
    ['PUSH', 'FAILURE', false, {}],
    ['DELETE', 'FAILURE', false, {}],
    ['DELETE', 'SUCCESS', false, { told: [{ by: {}, digests: [digest], tags: ['v1'] }] }],
  ])('of ECR about a %s that ended with %s is a hint', (action, result, isPush, told) => {
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
    const hint = { registry, repository: 'team/app', tag: 'v1', digest, ...told }

    expect(parseSyncMessage(ofEcr({ 'action-type': action, result }))).toEqual({ kind: 'hint', hint, isPush })
  })

  it.each([
    [
      'what was replicated to here',
      'ECR Replication Action',
      { result: 'SUCCESS', 'action-type': 'REPLICATE', 'source-account': '210987654321', 'source-region': 'us-east-1' },
      true,
    ],
    ['what was replicated, as it may be said', 'ECR Replication Action', { result: 'SUCCESS' }, true],
    ['another replication', 'ECR Replication Action', { result: 'SUCCESS', 'action-type': 'RESTORE' }, false],
    ['one of another form', 'ECR Replication Action', { result: 'SUCCESS', 'action-type': { is: 'odd' } }, false],
    ['a replication that failed', 'ECR Replication Action', { result: 'FAILED', 'action-type': 'REPLICATE' }, false],
    [
      'what was pulled through',
      'ECR Pull Through Cache Action',
      { 'rule-version': '1', 'sync-status': 'SUCCESS', 'upstream-registry-url': 'public.ecr.aws' },
      true,
    ],
    ['a pull through that failed', 'ECR Pull Through Cache Action', { 'sync-status': 'FAILURE' }, false],
  ])('of ECR about %s is a hint', (_, type, detail, isPush) => {
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
    const event = { ...JSON.parse(ofEcr(detail)), 'detail-type': type }

    expect(parseSyncMessage(JSON.stringify(event))).toEqual({
      kind: 'hint',
      hint: { registry, repository: 'team/app', tag: 'v1', digest },
      isPush,
    })
  })

  it.each(['ECR Image Action', 'ECR Replication Action'])('of ECR about a delete tells of it, as %s', type => {
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
    const event = { ...JSON.parse(ofEcr({ result: 'SUCCESS', 'action-type': 'DELETE' })), 'detail-type': type }

    expect(parseSyncMessage(JSON.stringify(event))).toMatchObject({
      kind: 'hint',
      hint: { registry, tag: 'v1', digest, told: [{ digests: [digest], tags: ['v1'] }] },
      isPush: false,
    })
  })

  it.each([
    ['digest of another algorithm', { 'image-digest': `sha512:${'a'.repeat(128)}` }, { tag: 'v1' }],
    ['tag that is none here', { 'image-tag': 'v'.repeat(300) }, { digest }],
    ['tag of another type', { 'image-tag': 7 }, { digest }],
    ['digest and tag that are none', { 'image-digest': 'sha512:1', 'image-tag': '' }, {}],
    ['neither', { 'image-digest': undefined, 'image-tag': undefined }, {}],
  ])('B32 of ECR with a %s is a hint for what else it names', (_, detail, named) => {
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
    const event = { 'action-type': 'PUSH', result: 'SUCCESS', ...detail }

    expect(parseSyncMessage(ofEcr(event))).toEqual({
      kind: 'hint',
      hint: { registry, repository: 'team/app', ...named },
      isPush: true,
    })
  })

  it('B36 tells who deleted without control characters and what turns the writing, and never at length', () => {
    const hint = { registry: 'registry.example.com', repository: 'team/app', tag: 'v1' }
    const by = { name: 'al\u202eice\u001b[31m\r\nroot', address: 'x'.repeat(300), agent: 7 }

    expect(parseSyncMessage(ofUs('ImageDeleted', { ...hint, told: [{ by, tags: ['v1'] }] }))).toEqual({
      kind: 'hint',
      hint: { ...hint, told: [{ by: { name: 'al ice [31m root', address: 'x'.repeat(200) }, tags: ['v1'] }] },
      isPush: false,
    })
  })

  it('is followed where what was told of who deleted cannot be read', () => {
    const hint = { registry: 'registry.example.com', repository: 'team/app', tag: 'v1' }

    expect(parseSyncMessage(ofUs('ImageDeleted', { ...hint, told: 'alice' }))).toMatchObject({ hint })
  })

  it('bears the key of the webhook, else that of its event, and needs neither', () => {
    const hint = { registry: 'registry.example.com', repository: 'team/app' }
    const keyOf = (detail: object, event: object = {}) =>
      parseSyncMessage(JSON.stringify({ ...JSON.parse(ofUs('ImagePushed', { ...hint, ...detail })), ...event }))

    expect(keyOf({ correlationId: 'a-push' }, { id: 'event' })).toMatchObject({ hint, correlationId: 'a-push' })
    expect(keyOf({}, { id: 'event' })).toMatchObject({ hint, correlationId: 'event' })
    expect(keyOf({})).toEqual({ kind: 'hint', hint, isPush: true })
    expect(keyOf({ correlationId: { of: 'another shape' } })).toEqual({ kind: 'hint', hint, isPush: true })
  })

  it('that asks for a sync bears the key of its attempt', () => {
    const request = {
      registry: 'a',
      repository: 'b/c',
      credential: 'anonymous',
      timeoutMs: 1,
      trigger: 'Manual',
      attempt: 'manual:7',
      namespaces: ['eu-1/shop'],
    }

    expect(parseSyncMessage(ofUs('SyncRequested', request))).toEqual({
      kind: 'request',
      request,
      correlationId: 'manual:7',
    })
  })

  it('of a version before, that does not say what is read with, is refused', () => {
    const request = {
      registry: 'a',
      repository: 'b/c',
      credentialId: 'x',
      timeoutMs: 1,
      trigger: 'Manual',
      attempt: '7',
    }

    expect(() => parseSyncMessage(ofUs('SyncRequested', request))).toThrow('made again within a minute')
  })

  it.each(['', '{}', ofUs('ImagePushed', { registry: 'a', repository: '../up' }), ofEcr({})])('refuses %s', body => {
    expect(() => parseSyncMessage(body)).toThrow(InvalidInputError)
  })
})
