import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** What a shipped schema has against a document; undefined where nothing. */
export async function schemaProblem(name: string, document: unknown): Promise<string | undefined> {
  const schema = JSON.parse(await readFile(new URL(`../../cli/${name}`, import.meta.url), 'utf8'))
  const ajv = new Ajv2020({ strict: true, allErrors: true })
  formats.default(ajv)
  return ajv.validate(schema, document) ? undefined : ajv.errorsText()
}
