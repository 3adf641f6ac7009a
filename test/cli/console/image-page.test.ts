import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { schemaProblem } from '../schema.ts'
import { threeVersions } from '../three-versions.ts'
import { actingPage, policyOf, readingPage } from './pages.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

describe('the console tells of an image', () => {
  it('why it was deleted and how it comes back, and puts it back after a dry run of the same', async () => {
    const sweep = await threeVersions(world)
    const digest = await sweep.tag('v2')
    await sweep.sweep()
    const name = `${sweep.repository}@${digest}`
    const page = await actingPage(world, sweep)

    const gone = await page.get('/api/image', { name })
    const image = gone.restore?.image ?? ''
    const unseen = await page.post('/api/restore', { images: [image], dryRun: false }).catch(error => error)
    const dry = await page.post('/api/restore', { images: [image], dryRun: true })
    const heldBefore = await sweep.listTags()
    const other = await page
      .post('/api/restore', { images: ['x'], dryRun: false, confirm: String(dry.confirm) })
      .catch(error => error)
    const done = await page.post('/api/restore', { images: [image], dryRun: false, confirm: String(dry.confirm) })
    const twice = await page
      .post('/api/restore', { images: [image], dryRun: false, confirm: String(dry.confirm) })
      .catch(error => error)

    expect(await schemaProblem('explain/explain.schema.json', gone.explanation)).toBeUndefined()
    expect(gone.explanation).toMatchObject({ state: 'gone', gone: { by: `policy ${policyOf(sweep)}` } })
    expect(gone.timeline.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['pushed', 'image-recorded', 'marked', 'deleted']),
    )
    expect(gone.restorableUntil).toContain('garbage collection')
    expect(gone.restore).toEqual({ image: name, run: gone.explanation.gone?.run })
    expect([unseen.status, other.status, twice.status]).toEqual([409, 409, 409])
    expect(unseen.message).toMatch(/^expected a dry run of the same/)
    expect(heldBefore).toEqual(['v1', 'v3'])
    expect([dry.totals.restored, done.totals.restored]).toEqual([2, 2])
    expect(await sweep.listTags()).toEqual(['v1', 'v2', 'v3'])
  })

  it('when what is marked goes, which lies ahead of all that happened', async () => {
    const sweep = await threeVersions(world)
    await sweep.sweep(1)
    const page = await readingPage(world, sweep)

    const marked = await page.get('/api/image', { name: `${sweep.repository}:v2` })

    expect(marked.explanation.state).toBe('marked')
    expect(marked.timeline.at(-1)).toMatchObject({ action: 'due', at: marked.explanation.mark?.deleteAfter })
    expect(marked.timeline.filter(({ action }) => action === 'due')).toHaveLength(1)
    expect(marked.restore).toBeUndefined()
    const times = marked.timeline.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('nothing ahead of what is kept', async () => {
    const sweep = await threeVersions(world)
    const page = await readingPage(world, sweep)

    const { timeline } = await page.get('/api/image', { name: `${sweep.repository}:v1` })

    expect(timeline.map(({ action }) => action)).not.toContain('due')
  })
})
