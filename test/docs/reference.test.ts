import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { functions } from '../../shared/wiring.ts'
import { rootPath } from '../support/imports.ts'
import { filesOf, readBook } from './books.ts'

const { text } = readBook('docs/reference.md')
const isNamed = (word: string): boolean =>
  text.includes(`\`${word}\``) || new RegExp(`\`[^\`\n]*(?<![\\w-])${word}(?![\\w-])`).test(text)

const properties = z.object({ properties: z.record(z.string(), z.unknown()) })
const definition = z.object({
  spec: z.object({
    versions: z.tuple([
      z.object({
        schema: z.object({
          openAPIV3Schema: z.object({ properties: z.object({ spec: properties, status: properties }) }),
        }),
      }),
    ]),
  }),
})

/** The fields of spec and status of a kind, as its definition has them. */
function fieldsOf(path: string): string[] {
  const { spec } = definition.parse(parse(readFileSync(rootPath(path), 'utf8')))
  const { spec: wanted, status } = spec.versions[0].schema.openAPIV3Schema.properties
  return [...Object.keys(wanted.properties), ...Object.keys(status.properties)]
}

describe('the reference', () => {
  it.each(filesOf('infra/cluster/crds/*.yaml'))('names every field of %s', path => {
    // What Kubernetes asks of every kind.
    const common = ['observedGeneration', 'conditions']
    const fields = fieldsOf(path).filter(field => !common.includes(field))

    const missing = fields.filter(field => !isNamed(field))

    expect(fields.length).toBeGreaterThan(10)
    expect(missing).toEqual([])
  })

  it('names every flag of the commands', () => {
    const sources = filesOf('cli/*/command.ts', 'cli/connect/options.ts')
    const flags = sources.flatMap(
      path => readFileSync(rootPath(path), 'utf8').match(/(?<=['`, ])--[a-z][a-z-]+/g) ?? [],
    )

    const missing = [...new Set(flags)].filter(flag => flag !== '--output' && !isNamed(flag))

    expect(flags.length).toBeGreaterThan(15)
    expect(missing).toEqual([])
  })

  it('and the page on AWS name every setting and every function', () => {
    const aws = readBook('docs/aws.md').text
    const source = filesOf('shared/settings.ts', 'shared/settings/*.ts')
      .map(path => readFileSync(rootPath(path), 'utf8'))
      .join('\n')
    const schemas = [...source.matchAll(/strictObject\(\{\n(.*?)\n\}\)/gs)].map(([, fields = '']) => fields)
    const settings = schemas.flatMap(fields => [...fields.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name))

    const missing = [...new Set([...settings, ...Object.keys(functions)])].filter(
      name => !isNamed(name) && !aws.includes(`\`${name}\``),
    )

    expect(settings.length).toBeGreaterThan(15)
    expect(missing).toEqual([])
  })
})
