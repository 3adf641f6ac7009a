import { expect, it } from 'vitest'
import { indexReferences } from '../../../shared/domain/reference-index.ts'
import { currentReferences } from '../../../shared/domain/usage-records.ts'
import { at, digestOf, usageOf } from '../../support/records.ts'

const repository = 'localhost:5000/app'
const digest = digestOf('one')
const refer = (name: string, image: string, rest = {}) => usageOf(repository, { name, image, ...rest })
const namesOf = (records: readonly { name: string }[]) => records.map(record => record.name).sort()

const records = [
  refer('by-tag', `${repository}:v1`),
  refer('by-digest', `${repository}@${digest}`),
  refer('by-both', `${repository}:v1@${digest}`),
  refer('alone', digest),
  refer('ended', `${repository}:v1`, { endedAt: at(5) }),
  refer('other-tag', `${repository}:v10`),
  refer('other-digest', `${repository}:v2@${digestOf('two')}`),
]

it('B24 finds references by tag, by digest, by both and by digest alone, each once, the port of the host being no tag', () => {
  const found = indexReferences(records).to(digest, ['v1', '5000/app'])

  expect(namesOf(found)).toEqual(['alone', 'by-both', 'by-digest', 'by-tag', 'ended'])
})

it('finds what refers to a tag whose digest is not known', () => {
  expect(namesOf(indexReferences(records).to(undefined, ['v1']))).toEqual(['by-both', 'by-tag', 'ended'])
})

it('leaves out what ended where only what refers to it now is asked for', () => {
  expect(namesOf(currentReferences(records, digest, ['v1']))).toEqual(['alone', 'by-both', 'by-digest', 'by-tag'])
})

it('I33 finds for every digest what means the whole repository, and nothing by that digest alone', () => {
  const every = `sha256:${'0'.repeat(64)}`
  const index = indexReferences([refer('whole', `${repository}@${every}`), refer('alone', every)])

  expect(namesOf(index.to(digest, ['v1']))).toEqual(['whole'])
  expect(namesOf(index.to(undefined, ['v1']))).toEqual([])
})
