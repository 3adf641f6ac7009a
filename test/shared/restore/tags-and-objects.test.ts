import { describe, expect, it } from 'vitest'
import { withTagsAndObjects } from '../../../shared/restore/tags-and-objects.ts'
import { at, digestOf, imageDraft } from '../../support/records.ts'

const root = digestOf('root')
const child = digestOf('child')
const record = { ...imageDraft('registry.example.com/app'), number: 1 }

const imageOf = (digest: typeof root, rest: { stands?: boolean; goneAt?: Date; runId?: string } = {}) => ({
  digest,
  manifest: undefined,
  stands: rest.stands ?? false,
  record: { ...record, digest, ...(rest.goneAt && { goneAt: rest.goneAt }) },
  archived: {
    repository: record.repository,
    digest,
    mediaType: 'unused',
    bytes: Buffer.from(''),
    graph: {
      tags: ['own', 'not a tag'],
      children: [],
      referrers: [],
      objects: [],
      ...(rest.runId && { policy: 'eu-1/team/cleanup', runId: rest.runId }),
    },
  },
})

const tagsOfChild = (rest: Parameters<typeof imageOf>[1]): readonly string[] | undefined =>
  withTagsAndObjects([imageOf(root, { runId: 'this' }), imageOf(child, rest)], [{ digest: root }])[1]?.tags

describe('the tags of a child', () => {
  it('come back with one that was deleted', () => {
    expect(tagsOfChild({})).toEqual(['own'])
  })

  it('stay deleted where it stands for another index', () => {
    expect(tagsOfChild({ stands: true })).toEqual([])
    expect(tagsOfChild({ stands: true, runId: 'another' })).toEqual([])
  })

  it('F7 come back where a restore was killed between its manifest and its tags', () => {
    expect(tagsOfChild({ stands: true, goneAt: at(0) })).toEqual(['own'])
    expect(tagsOfChild({ stands: true, runId: 'this' })).toEqual(['own'])
  })
})

it('the tag that a person named comes back, also if the archive does not know it', () => {
  expect(withTagsAndObjects([imageOf(root, { stands: true })], [{ digest: root, tag: 'named' }])).toMatchObject([
    { named: ['named'], tags: ['named', 'own'] },
  ])
})
