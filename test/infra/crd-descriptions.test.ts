import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fieldsOf, parseKind } from '../../infra/crd-fields.ts'
import { filesOf } from '../docs/books.ts'
import { rootPath } from '../support/imports.ts'

describe('kubectl explain', () => {
  it.each(filesOf('infra/cluster/crds/*.yaml'))('has words for the kind and every field of %s', path => {
    const kind = parseKind(readFileSync(rootPath(path), 'utf8'))
    const fields = fieldsOf(kind)

    // The API server has its own words for it, and refuses a definition with others.
    expect(kind.schema.properties?.metadata).toEqual({ type: 'object' })
    expect(fields.length).toBeGreaterThan(30)
    expect(kind.schema.description).toMatch(/\.$/)
    expect(fields.filter(({ schema }) => !schema.description?.trim().endsWith('.')).map(field => field.path)).toEqual(
      [],
    )
  })
})
