import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import * as z from 'zod'
import { projectRoot } from './project-root.ts'

const named = (field: string) =>
  z.union([z.string(), z.looseObject({ [field]: z.string() }).transform(value => String(value[field]))]).optional()

/** Old manifests have objects for both. */
const manifest = z.object({ name: z.string(), version: z.string(), license: named('type'), author: named('name') })

/** The folders, in the order of their names, of the packages that something of is in these bundles. */
export function packagesIn(metafiles: readonly Metafile[]): string[] {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  const folders = inputs.flatMap(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort().map(folder => join(projectRoot, folder))
}

/**
 * What licences of others ask to be passed on: each package with its version, below them the text that they ship, and where
 * they ship none what their manifests say.
 */
export function noticesOf(folders: readonly string[]): string {
  const namesOf = new Map<string, string[]>()
  for (const folder of folders) {
    const { name, text } = licenceOf(folder)
    namesOf.set(text, [...(namesOf.get(text) ?? []), name])
  }
  const parts = Array.from(namesOf, ([text, names]) => `${line}\n${names.join('\n')}\n\n${text}\n`)
  return `Parts of these packages are in the files beside this one.\n\n${parts.join('\n')}`
}

const line = '='.repeat(78)

function licenceOf(folder: string): { readonly name: string; readonly text: string } {
  const { name, version, license, author } = manifest.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  )
  const texts = globSync('{,deps/*/,deps/*/*/}{LICEN[CS]E,Licen[cs]e,licen[cs]e,NOTICE,COPYING}*', {
    cwd: folder,
  }).sort()
  if (license === undefined && texts.length === 0)
    throw new Error(`${name}: expected a licence, found none in ${folder}`)
  const said = [license, author].filter(part => part !== undefined).join(', ')
  const text = texts.map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return { name: `${name} ${version}`, text: text === '' ? said : text }
}
