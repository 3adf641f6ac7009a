import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { crdReference } from '../../infra/crd-reference.ts'
import { filesOf, readBook } from '../docs/books.ts'
import { rootPath } from '../support/imports.ts'

const definitionOf = (field: string) => `
spec:
  names: { kind: Thing, plural: things, shortNames: [th] }
  versions:
    - schema:
        openAPIV3Schema:
          type: object
          description: Some thing.
          properties:
            metadata: { type: object }
            list: { type: array, description: Two., minItems: 1, items: ${field} }
`
const rowsOf = (page: string) => page.split('\n').filter(line => line.startsWith('| `'))

describe('the reference of fields', () => {
  it('is as npm run reference writes it', () => {
    const texts = filesOf('infra/cluster/crds/*.yaml').map(path => readFileSync(rootPath(path), 'utf8'))

    const page = crdReference(texts)

    expect(texts.length).toBe(3)
    expect(rowsOf(page).length).toBeGreaterThan(150)
    expect(readBook('docs/reference-crds.md').text).toBe(page)
  })

  it('shows every limit, and writes what would end a cell or begin emphasis as it is', () => {
    const text = `{ type: string, maxLength: 9, pattern: '^(x|y)$', default: x, description: "* or |." }`

    expect(rowsOf(crdReference([definitionOf(`{ type: object, required: [a], properties: { a: ${text} } }`)]))).toEqual(
      [
        '| `list` | list of object |  | at least 1 entries | Two. |',
        '| `list[].a` | string | `x` | required; at most 9 characters; matches `^(x\\|y)$` | \\* or \\|. |',
      ],
    )
  })

  it('refuses a definition with a limit that it could not show', () => {
    expect(() => crdReference([definitionOf('{ type: integer, multipleOf: 5 }')])).toThrow(/multipleOf/)
  })
})
