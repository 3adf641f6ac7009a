import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { grantsLine } from '../../../cli/start/grants-line.ts'
import { readGrants } from '../../../cli/start/read-grants.ts'
import type { Grant } from '../../../shared/domain/grants/grant.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

const line: Grant = { namespaces: ['shop'], repositories: ['shop/**'], may: ['read', 'delete'] }

async function fileWith(text: string): Promise<string> {
  const file = join(await testFolder(), 'grants.json')
  writeFileSync(file, text)
  return file
}

describe('--grants', () => {
  it('is the word everyone, or a file with the JSON list', async () => {
    expect(readGrants('everyone')).toBe('everyone')
    expect(readGrants(await fileWith(JSON.stringify([line])))).toEqual([line])
    expect(readGrants(await fileWith('[]'))).toEqual([])
  })

  it('names the file and each place in it with a mistake', async () => {
    const file = await fileWith(
      JSON.stringify([line, { ...line, may: ['delete'], repositories: ['{namespace}/**', '/'] }]),
    )

    const read = () => readGrants(file)

    expect(read).toThrow(InvalidInputError)
    expect(read).toThrow(`--grants: ${file}[1].repositories[1]: expected `)
    expect(read).toThrow(`--grants: ${file}[1].may: expected read beside delete`)
  })

  it.each([
    ['{', 'expected a list of grants as JSON in'],
    ['{}', 'expected a list of grants, or the word everyone, got an object'],
  ])('refuses %s', async (text, complaint) => {
    const file = await fileWith(text)

    expect(() => readGrants(file)).toThrow(complaint)
    expect(() => readGrants(file)).toThrow(file)
  })
})

it.each([
  ['everyone' as const, 'every namespace may read everything, none may delete'],
  [[], 'no namespace may delete, or read with a credential of the installation'],
  [
    [{ ...line, namespaces: ['production', 'staging'], repositories: ['**'] }],
    'namespaces production, staging may read and delete everything',
  ],
  [
    [{ ...line, clusters: ['eu-*'], namespaces: ['*'] }],
    'every namespace of clusters eu-* may read and delete shop/**',
  ],
  [[line, { ...line, may: ['read' as const] }], '2 lines, of which 1 let namespaces delete'],
])('the first page says of %j: %s', (grants, text) => {
  expect(grantsLine(grants)).toBe(text)
})
