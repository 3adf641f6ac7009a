import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { runOrThrow } from '../real/parts/run.ts'
import type { Estate } from './estate.ts'
import { personHeaders } from './soak-registry.ts'

const descriptors = z.array(z.object({ digest: z.string() })).default([])
const manifest = z.object({
  config: z.object({ digest: z.string() }).optional(),
  layers: descriptors,
  manifests: descriptors,
})

/** Reads everything that a client would: the manifest, what it refers to, each byte checked against its digest. */
export async function pullImage(estate: Estate, path: string, digest: string): Promise<void> {
  const bytes = await read(estate, path, `manifests/${digest}`, digest)
  const { config, layers, manifests } = manifest.parse(JSON.parse(bytes.toString()))
  for (const child of manifests) await pullImage(estate, path, child.digest)
  for (const blob of [...(config ? [config] : []), ...layers])
    await read(estate, path, `blobs/${blob.digest}`, blob.digest)
}

async function read({ registry }: Estate, path: string, where: string, digest: string): Promise<Buffer> {
  const response = await fetch(`${registry.url}/v2/${path}/${where}`, { headers: personHeaders })
  const bytes = Buffer.from(await response.arrayBuffer())
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (response.status !== 200 || found !== digest)
    throw new Error(`pull of ${path} ${where}: expected 200 and ${digest}, got ${response.status} and ${found}`)
  return bytes
}

/** The same by a client that people use, which cannot say that it is one: no outage holds it back. */
export async function pullByCrane(crane: string, estate: Estate, path: string, digest: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-soak-crane-'))
  const { guard } = estate
  estate.guard = async () => undefined
  try {
    const env = { PATH: process.env.PATH, HOME: folder }
    const image = `${estate.registry.host}/${path}@${digest}`
    await runOrThrow(crane, ['pull', '--format=oci', image, join(folder, 'image')], { env })
  } finally {
    estate.guard = guard
    rmSync(folder, { recursive: true, force: true })
  }
}
