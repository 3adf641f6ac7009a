import { describe, expect, it } from 'vitest'
import { explainFiles, type FileQuestion } from '../../../cli/explain/explain-files.ts'
import { ImageTable } from '../../../cli/io/image-table.ts'
import { parsePolicy } from '../../../shared/domain/policy/parse-policy.ts'
import { imageOf, nothingRuns, now, pushedInOrder, usageOf } from '../../shared/domain/retention/retention-world.ts'
import { schemaProblem } from '../schema.ts'

const spec = { keepRecent: 2, schedule: '0 2 * * *', gracePeriod: '24h' }

const questionOf = (image: string, more: Partial<FileQuestion> = {}): FileQuestion => {
  const others = imageOf('v1', { repository: 'other.example.com/tools/app' })
  const table = ImageTable.of([...pushedInOrder('v1 v2 v3 v4'), others])
  const policy = parsePolicy({ spec })
  return { image, policyFile: 'policy.yaml', policy, table, usage: nothingRuns, usageGiven: true, now, ...more }
}

describe('shelflife explain on files', () => {
  it('explains an image to delete as its schema describes', async () => {
    const explanation = explainFiles(questionOf('registry.example.com/app:v1'))

    expect(await schemaProblem('explain/explain.schema.json', explanation)).toBeUndefined()
    expect(explanation).toMatchObject({ state: 'to-delete', usage: 'complete', image: { tags: ['v1'] } })
    expect(explanation.policies[0]).toMatchObject({
      policy: 'policy.yaml',
      verdict: 'delete',
      ranks: [{ tag: 'v1', place: 4, of: 4 }],
      saves: [
        { how: 'keepRecent', from: 2, to: 4 },
        { how: 'keepTags', tag: 'v1' },
      ],
      deletion: { after: '2026-11-24T02:00:00Z' },
    })
  })

  it('explains an image in use, and says when usage was not given', () => {
    const used = explainFiles(
      questionOf('registry.example.com/app:v1', { usage: usageOf('registry.example.com/app:v1') }),
    )
    const unknown = explainFiles(questionOf('registry.example.com/app:v1', { usageGiven: false }))

    expect(used).toMatchObject({ state: 'kept', usedBy: ['Pod production/app in cluster eu-1'] })
    expect(unknown.usage).toBe('none')
  })

  it('finds an image by its digest, and by a path that one registry alone has', () => {
    const byPath = explainFiles(questionOf('tools/app:v1'))
    const byDigest = explainFiles(questionOf(`registry.example.com/app@${imageOf('v2').digest}`))

    expect(byPath.image.repository).toBe('other.example.com/tools/app')
    expect(byDigest.image.tags).toEqual(['v2'])
  })

  it.each([
    ['registry.example.com/app:v9', /found no v9; among its tags are v1, v2, v3, v4/],
    ['registry.example.com/ap:v1', /found no "registry.example.com\/ap"; there are registry.example.com\/app/],
    ['tools:v1', /found no "docker.io\/library\/tools"/],
    [`sha256:${'0'.repeat(64)}`, /expected an image with its repository/],
  ])('names what is listed nearby for %s', (image, says) => {
    expect(() => explainFiles(questionOf(image))).toThrow(says)
  })
})
