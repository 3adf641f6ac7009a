import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import {
  type Registry,
  type RegistryOptions,
  startRegistry,
} from '../../../../cli/embedded/registry/registry-server.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const indexType = 'application/vnd.oci.image.index.v1+json'
export const absentDigest: Digest = `sha256:${'0'.repeat(64)}`

export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'shelflife-registry-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A registry of the test's own, gone when the test ends. */
export const registryForTest = async (options: Partial<RegistryOptions> = {}): Promise<Registry> => {
  const registry = await startRegistry({ dataDir: options.dataDir ?? (await temporaryFolder()), ...options })
  onTestFinished(() => registry.close())
  return registry
}

export const digestOf = (bytes: string | Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const pushBlob = async (registry: Registry, repository: string, bytes: string): Promise<Digest> => {
  const digest = digestOf(bytes)
  await fetch(`${registry.url}/v2/${repository}/blobs/uploads/?digest=${digest}`, { method: 'POST', body: bytes })
  return digest
}

export const putManifest = (
  registry: Registry,
  repository: string,
  reference: string,
  document: unknown,
  contentType = manifestType,
): Promise<Response> =>
  fetch(`${registry.url}/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'Content-Type': contentType },
    body: typeof document === 'string' ? document : JSON.stringify(document),
  })

const errorSchema = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string() })).length(1) })

/** Status and OCI error code of a refusal. */
export const refusalOf = async (response: Response): Promise<string> =>
  `${response.status} ${errorSchema.parse(await response.json()).errors[0]?.code}`

const tagListSchema = z.object({ name: z.string(), tags: z.array(z.string()) })

export const listTags = async (registry: Registry, repository: string, query = ''): Promise<string[]> =>
  tagListSchema.parse(await (await fetch(`${registry.url}/v2/${repository}/tags/list${query}`)).json()).tags

/** Sends the path as it is, which fetch would normalise. */
export const getRawPath = (registry: Registry, path: string): Promise<Response> =>
  new Promise((resolve, reject) => {
    const sent = request(registry.url, { path }, async answer => {
      const body = (await answer.toArray()).join('')
      resolve(new Response(body, { status: answer.statusCode ?? 0 }))
    })
    sent.on('error', reject).end()
  })
