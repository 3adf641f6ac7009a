import { describe, expect, it } from 'vitest'
import { type Request, refusalOf } from './admission.ts'

const approve = 'theriseunion.io/approve'
const manualRun = 'theriseunion.io/manual-run'
const pause = 'theriseunion.io/pause'

const policy = (spec: object, annotations?: Record<string, string>) => ({
  metadata: { namespace: 'tools', name: 'nightly', ...(annotations && { annotations }) },
  spec: { keepRecent: 3, ...spec },
})

const foreign = { namespaces: ['tools', 'payments'] }
const nobody: readonly string[] = []

const ask = (request: Omit<Request, 'namespace'>) =>
  refusalOf('imagecleanuppolicies', { namespace: 'tools', ...request })

const create = (spec: object, mayDeleteIn = nobody) =>
  ask({ operation: 'CREATE', object: policy(spec), oldObject: null, mayDeleteIn })

const update = (before: object, after: object, mayDeleteIn = nobody) =>
  ask({ operation: 'UPDATE', oldObject: before, object: after, mayDeleteIn })

const annotate = (before: Record<string, string> | undefined, after: Record<string, string> | undefined) =>
  update(policy(foreign, before), policy(foreign, after))

describe('a new policy', () => {
  it('is free for its own namespace, named or not', () => {
    expect(create({})).toBeUndefined()
    expect(create({ namespaces: ['tools'] })).toBeUndefined()
  })

  it('is refused for a namespace in which its author may not delete Repositories, which it names', () => {
    expect(create(foreign)).toMatch(/^spec.namespaces: expected only namespaces .* got payments$/)
    expect(create({ namespaces: ['bank', 'payments'] }, ['bank'])).toContain('payments')
    expect(create(foreign, ['payments'])).toBeUndefined()
  })

  const twenty = Array.from({ length: 20 }, (_, at) => `team-${at}`)

  it('takes up to 20 other namespaces, each by the right on it', () => {
    expect(create({ namespaces: twenty }, twenty)).toBeUndefined()
    for (const missing of twenty)
      expect(
        create(
          { namespaces: twenty },
          twenty.filter(one => one !== missing),
        ),
      ).toContain('got team-0')
  })

  it('takes more of somebody who may delete Repositories everywhere', () => {
    const namespaces = [...twenty, 'one-more']

    expect(create({ namespaces }, namespaces)).toContain('at most 20 other namespaces')
    expect(create({ namespaces }, ['*'])).toBeUndefined()
  })
})

describe('T11 a change of a policy that acts on other namespaces', () => {
  it('lets everybody pause who may edit it, and say more of the pause', () => {
    expect(annotate(undefined, { [pause]: 'release' })).toBeUndefined()
    expect(annotate({ [pause]: 'false' }, { [pause]: 'true' })).toBeUndefined()
    expect(annotate({ [pause]: '' }, { [pause]: 'true' })).toBeUndefined()
    expect(annotate({ [pause]: 'release' }, { [pause]: 'release of October' })).toBeUndefined()
    expect(annotate({ [pause]: 'релиз' }, { [pause]: 'релиз', other: '1' })).toBeUndefined()
  })

  it.each(['false', 'False', ' false ', '', '  ', '\u00a0', '\ufeff', '\ufefffalse'])(
    'asks who ends a pause by %j',
    value => {
      expect(annotate({ [pause]: 'release' }, { [pause]: value })).toContain('the end of a pause')
    },
  )

  it('asks who takes the pause off, and leaves one that paused nothing alone', () => {
    expect(annotate({ [pause]: 'release' }, undefined)).toContain('payments')
    expect(annotate({ [pause]: 'false' }, undefined)).toBeUndefined()
    expect(update(policy(foreign, { [pause]: 'release' }), policy(foreign), ['payments'])).toBeUndefined()
  })

  it.each([approve, manualRun])('asks who sets or changes %s, and lets everybody take it off', key => {
    expect(annotate(undefined, { [key]: '1' })).toContain('payments')
    expect(annotate({ [key]: '1' }, { [key]: '2' })).toContain('payments')
    expect(annotate({ other: '1' }, { [key]: '' })).toContain('payments')
    expect(annotate({ [key]: '1' }, undefined)).toBeUndefined()
    expect(annotate({ [key]: '1' }, { [key]: '1', other: '2' })).toBeUndefined()
    expect(update(policy(foreign), policy(foreign, { [key]: '1' }), ['payments'])).toBeUndefined()
  })

  it('asks who changes the spec, by what it covers then', () => {
    expect(update(policy(foreign), policy({ ...foreign, keepRecent: 0 }))).toContain('payments')
    expect(update(policy({}), policy(foreign))).toContain('payments')
    expect(update(policy({ namespaces: ['bank'] }), policy(foreign), ['bank'])).toContain('payments')
    expect(update(policy(foreign), policy({}))).toBeUndefined()
  })

  it('does not ask for what changes no deletion', () => {
    expect(annotate(undefined, { 'example.com/owner': 'me' })).toBeUndefined()
    expect(update(policy(foreign), { ...policy(foreign), status: { totalDeleted: 1 } })).toBeUndefined()
  })
})
