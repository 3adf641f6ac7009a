import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printHistoryJson, printHistoryNdjson, printHistoryTable } from '../../../cli/history/print-history.ts'
import { forgottenBefore, type HistoryRequest, listShownChanges } from '../../../cli/history/run-history.ts'
import { parseSince } from '../../../cli/io/since.ts'
import { auditActions } from '../../../shared/domain/audit.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const list = (sweep: SweepFixture, request: Omit<HistoryRequest, 'now'>) =>
  listShownChanges({ ...request, now: sweep.now() }, installationOf(world, sweep))

/** v1 was deleted by a sweep, v2 is there. */
async function swept(spec: object = {}): Promise<SweepFixture> {
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
  sweep.policy(spec)
  sweep.trackWhole()
  sweep.track('v1')
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  await sweep.sweep()
  return sweep
}

describe('shelflife history', () => {
  it('tells of an image who did what, when and why, oldest first, with the run that restore takes', async () => {
    const sweep = await swept()

    const changes = await list(sweep, { image: `${sweep.repository}:v1` })

    const actions = changes.map(one => one.action)
    expect(actions.slice(0, 2).sort()).toEqual(['image-recorded', 'tag-created'])
    expect(actions.slice(2, 4)).toEqual(['marked', 'deletion-started'])
    expect(actions.slice(4)).toContain('deleted')
    expect(changes.map(one => one.at)).toEqual(changes.map(one => one.at).sort())
    expect(changes.find(one => one.action === 'marked')).toMatchObject({
      actor: 'policy eu-1/team/cleanup',
      reason: 'not among the newest 1',
      run: expect.stringMatching(/^eu-1\/team\/cleanup\/./),
      facts: [expect.stringMatching(/^pushed .* by first-seen$/)],
    })
  })

  it('tells where a tag pointed before', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    const first = await sweep.release('v1', { seed: 'first' })
    const second = await sweep.release('v1', { seed: 'second' })

    const changes = await list(sweep, { image: `${sweep.repository}:v1` })

    expect(changes.filter(one => one.tag === 'v1').map(one => [one.action, one.digest])).toEqual([
      ['tag-created', first.digest],
      ['tag-moved', second.digest],
    ])
  })

  it('tells what a policy did, also with the image named, and from a time on', async () => {
    const sweep = await swept()

    const all = await list(sweep, { policy: 'team/cleanup', since: new Date(sweep.now().getTime() - 86_400_000) })
    const own = all.filter(one => one.repository === sweep.repository)
    const ofImage = await list(sweep, { image: `${sweep.repository}:v1`, policy: 'eu-1/team/cleanup' })
    sweep.pass(1)
    const none = await list(sweep, { image: `${sweep.repository}:v1`, since: sweep.now() })

    expect(own.map(one => one.action)).toContain('deleted')
    expect(ofImage.map(one => one.id).sort()).toEqual(own.map(one => one.id).sort())
    expect(none).toEqual([])
  })

  it('tells of a repository without a tag since a time, or of a policy', async () => {
    const sweep = await swept()
    const other = await swept()
    const since = new Date(sweep.now().getTime() - 86_400_000)

    const changes = await list(sweep, { image: sweep.repository, since })
    const ofPolicy = await list(sweep, { image: other.repository, policy: 'team/cleanup' })

    expect(new Set(changes.map(one => one.repository))).toEqual(new Set([sweep.repository]))
    expect(new Set(changes.map(one => one.tag))).toEqual(new Set([undefined, 'v1', 'v2']))
    expect(new Set(ofPolicy.map(one => one.repository))).toEqual(new Set([other.repository]))
  })

  it('asks for a tag, or for what bounds it, where a repository alone is named', async () => {
    const sweep = await swept()

    const answer = list(sweep, { image: sweep.repository })

    await expect(answer).rejects.toThrow(
      `expected a tag or a digest as in ${sweep.repository}:TAG, or --since or --policy for all of the repository, got neither; among its tags are v1, v2`,
    )
  })

  it('tells of everything since a time', async () => {
    const sweep = await swept()

    const changes = await list(sweep, { since: new Date(sweep.now().getTime() - 86_400_000) })

    const actors = new Set(changes.filter(one => one.repository === sweep.repository).map(one => one.actor))
    expect(actors).toContain('sync')
    expect(actors).toContain('policy eu-1/team/cleanup')
  })

  it('knows a policy whose object is gone, and none that never was', async () => {
    const sweep = await swept()
    const object = sweep.cluster.get('ImageCleanupPolicy', 'cleanup')
    if (object) await sweep.cluster.deleteObject(object)

    await expect(list(sweep, { policy: 'team/cleanup' })).resolves.not.toEqual([])
    await expect(list(sweep, { policy: 'team/never' })).rejects.toThrow(InvalidInputError)
  })
})

describe('shelflife history, narrowed', () => {
  const day = (sweep: SweepFixture) => new Date(sweep.now().getTime() - 86_400_000)

  it('tells of the actions that were asked for', async () => {
    const sweep = await swept()

    const changes = await list(sweep, {
      since: day(sweep),
      repository: sweep.repository,
      actions: ['marked', 'deleted'],
    })

    expect(new Set(changes.map(one => one.action))).toEqual(new Set(['marked', 'deleted']))
    expect(new Set(changes.map(one => one.repository))).toEqual(new Set([sweep.repository]))
  })

  it('tells of a namespace what its policies did and what happened to what it tracks', async () => {
    const sweep = await swept()

    const own = await list(sweep, { since: day(sweep), repository: sweep.repository, namespace: 'team' })
    const others = await list(sweep, { since: day(sweep), repository: sweep.repository, namespace: 'others' })

    expect(own.map(one => one.actor)).toContain('sync')
    expect(own.map(one => one.actor)).toContain('policy eu-1/team/cleanup')
    expect(others).toEqual([])
  })

  it('takes what it prints as an image, and the name of a Repository object', async () => {
    const sweep = await swept()
    const changes = await list(sweep, { image: `${sweep.repository}:v2` })
    const table = [...printHistoryTable(changes, false, { columns: Number.POSITIVE_INFINITY, colours: false })]
    const printed = table.join('').match(new RegExp(`${sweep.repository}@[0-9a-f]{12}`))?.[0] ?? ''

    const again = await list(sweep, { image: printed })
    sweep.track('v2')
    const byObject = await list(sweep, { image: 'app-v2', namespace: 'team' })

    expect(again.map(one => one.id)).toEqual(changes.map(one => one.id))
    expect(byObject.map(one => one.id)).toEqual(changes.map(one => one.id))
  })
})

describe('a time to come', () => {
  it('is refused', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])

    await expect(list(sweep, { since: new Date(sweep.now().getTime() + 1) })).rejects.toThrow(
      '--since: expected a time that is over',
    )
  })
})

describe('the output of shelflife history', () => {
  it('is JSON as its schema describes, and one change a line', async () => {
    const sweep = await swept()
    const changes = await list(sweep, { image: `${sweep.repository}:v1` })
    const head = { version: 1 as const, image: 'app:v1', until: '2026-01-01T00:00:00Z' }

    const document = JSON.parse([...printHistoryJson(head, changes)].join(''))
    const lines = [...printHistoryNdjson(changes)]

    expect(await schemaProblem('history/history.schema.json', document)).toBeUndefined()
    expect(lines.map(line => JSON.parse(line))).toEqual(document.changes)
  })

  it('has a schema that knows every action of the audit trail', async () => {
    const [change] = await list(await swept(), {})
    const head = { version: 1 as const, until: '2026-01-01T00:00:00Z' }
    const changes = auditActions.flatMap(action => (change ? [{ ...change, action }] : []))

    const document = JSON.parse([...printHistoryJson(head, changes)].join(''))

    expect(document.changes).toHaveLength(auditActions.length)
    expect(await schemaProblem('history/history.schema.json', document)).toBeUndefined()
  })

  it('names the run that deleted nothing but an object', async () => {
    const sweep = await swept({ targets: ['Configuration'] })
    const changes = await list(sweep, { policy: 'eu-1/team/cleanup' })

    const text = [...printHistoryTable(changes, false, { columns: 100, colours: false })].join('')

    expect(text).toContain(`shelflife restore --run ${changes.find(one => one.action === 'object-deleted')?.run}\n`)
  })

  it('fits the terminal, and names the runs that can be undone whole', async () => {
    const sweep = await swept()
    const changes = await list(sweep, { image: `${sweep.repository}:v1` })

    const text = [...printHistoryTable(changes, true, { columns: 100, colours: false })].join('')

    const run = changes.find(one => one.action === 'deleted')?.run
    expect(text).toContain(`  shelflife restore --run ${run}\n`)
    expect(text).toContain('    pushed ')
    expect(text.split('\n').filter(line => line.length > 100)).toEqual([])
  })

  it.each([40, 80, 200])('cuts nothing at %i columns but what is one word', async columns => {
    const sweep = await swept()
    const changes = await list(sweep, { image: `${sweep.repository}:v1` })
    const reason = 'not among the newest 3 releases, and not used within 30 days by any workload of any cluster'

    const text = [
      ...printHistoryTable(
        changes.map(one => ({ ...one, reason })),
        false,
        { columns, colours: false },
      ),
    ].join('')

    const lines = text.split('\n').filter(line => !line.includes('restore --run'))
    expect(lines.filter(line => line.length > columns && line.trim().includes(' '))).toEqual([])
    expect(text).not.toContain('…')
    expect(text.replaceAll(/\s+/g, ' ')).toContain(reason)
    expect(text).toContain(`${sweep.repository}:v1`)
  })

  it.each([
    ['of an image that shows its beginning', { image: 'app:v1' }, 'image-recorded', undefined],
    ['of an image that does not', { image: 'app:v1' }, 'marked', '2026-03-03'],
    ['of an image of which nothing is left', { image: 'app:v1' }, undefined, '2026-03-03'],
    ['of a time that is all kept', { since: new Date('2026-04-01') }, 'marked', undefined],
    ['of a time before', { since: new Date('2026-01-01') }, 'marked', '2026-03-03'],
    ['of a policy, whose marks and deletions are kept', { policy: 'team/cleanup' }, 'marked', undefined],
  ] as const)('says since when all is kept %s', (_, asked, action, day) => {
    const changes = action === undefined ? [] : [{ action }]

    const forgotten = forgottenBefore({ ...asked, now: new Date('2026-06-01') }, changes)

    expect(forgotten?.toISOString().slice(0, 10)).toBe(day)
  })

  it('does not say that nothing happened where that is not known', () => {
    const style = { columns: 80, colours: false }

    const text = [...printHistoryTable([], false, style, new Date('2026-03-03'))].join('')

    expect(text).toMatch(/^nothing is known of that time\n/)
    expect(text).toContain('before 2026-03-03 is no longer kept')
  })

  it('says so where nothing happened', () => {
    expect([...printHistoryTable([], false, { columns: 80, colours: false })]).toEqual([
      'nothing happened in that time\n',
    ])
  })
})

describe('--since', () => {
  const now = new Date('2026-11-23T12:00:00Z')

  it.each([
    ['90m', '2026-11-23T10:30:00.000Z'],
    ['12h', '2026-11-23T00:00:00.000Z'],
    ['7d', '2026-11-16T12:00:00.000Z'],
    ['2w', '2026-11-09T12:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T08:00:00+02:00', '2026-11-01T06:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(parseSince(text, now).toISOString()).toBe(time)
  })

  it.each(['yesterday', '7', '-7d', '2026-02-30', ''])('refuses %j', text => {
    expect(() => parseSince(text, now)).toThrow(/^--since: expected an age such as/)
  })
})
