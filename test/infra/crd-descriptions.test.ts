import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { filesOf } from '../docs/books.ts'
import { rootPath } from '../support/imports.ts'

interface Field {
  description?: string
  properties?: Record<string, Field>
  items?: Field
}

const field: z.ZodType<Field> = z.lazy(() =>
  z.looseObject({
    description: z.string().exactOptional(),
    properties: z.record(z.string(), field).exactOptional(),
    items: field.exactOptional(),
  }),
)

const definition = z.object({
  spec: z.object({ versions: z.tuple([z.object({ schema: z.object({ openAPIV3Schema: field }) })]) }),
})

/** The paths of all fields below one, with what `kubectl explain` says of each. */
const fieldsOf = ({ properties = {}, items }: Field, path = ''): [string, string | undefined][] => [
  ...Object.entries(properties).flatMap(([name, one]): [string, string | undefined][] => [
    [`${path}.${name}`, one.description],
    ...fieldsOf(one, `${path}.${name}`),
  ]),
  ...(items ? fieldsOf(items, `${path}[]`) : []),
]

describe('kubectl explain', () => {
  it.each(filesOf('infra/cluster/crds/*.yaml'))('has words for the kind and every field of %s', path => {
    const { spec } = definition.parse(parse(readFileSync(rootPath(path), 'utf8')))
    const schema = spec.versions[0].schema.openAPIV3Schema
    const { metadata, ...own } = schema.properties ?? {}
    const fields = fieldsOf({ properties: own })

    // The API server has its own words for it, and refuses a definition with others.
    expect(metadata).toEqual({ type: 'object' })
    expect(fields.length).toBeGreaterThan(30)
    expect(schema.description).toMatch(/\.$/)
    expect(fields.filter(([, text]) => !text?.trim().endsWith('.')).map(([name]) => name)).toEqual([])
  })
})
