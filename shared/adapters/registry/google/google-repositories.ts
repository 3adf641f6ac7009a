import * as z from 'zod'
import type { RegistryApi } from '../registry-api.ts'
import { findAll } from './artifact-pages.ts'
import { partOf } from './artifact-place.ts'

const repository = z.object({ name: z.string(), format: z.literal('DOCKER') })
const entry = z.object({ name: z.string() })

/** What comes last of a name that is a whole path, unescaped. */
const lastOf = (name: string): string => decodeURIComponent(name.slice(name.lastIndexOf('/') + 1))

/** The packages of a project, or of one of its repositories, as paths of images. */
export async function* listGoogleRepositories(api: RegistryApi, host: string, below: string): AsyncGenerator<string> {
  const part = partOf(host, below)
  if (!part) return
  const names = part.name === undefined ? await listNames(api, part.parent) : [part.name]
  for (const name of names) {
    const packages = await findAll(api, { place: `${part.parent}/repositories/${name}`, kind: 'packages' })
    for (const one of packages ?? []) {
      const { data } = entry.safeParse(one)
      if (data) yield `${part.prefixOf(name)}${lastOf(data.name)}`
    }
  }
}

/** Of those that hold images. */
const listNames = async (api: RegistryApi, parent: string): Promise<readonly string[]> =>
  ((await findAll(api, { place: parent, kind: 'repositories' })) ?? []).flatMap(one => {
    const { data } = repository.safeParse(one)
    return data ? lastOf(data.name) : []
  })
