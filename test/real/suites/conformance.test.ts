import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Registry, startRegistry } from '../../../cli/embedded/registry/registry-server.ts'
import { freshFolder, removeFolder } from '../parts/background.ts'
import { readParts } from '../parts/cache.ts'
import { type RunResult, run } from '../parts/run.ts'

const outcomes = z.record(z.string(), z.string())
const reportSchema = z.object({ apis: outcomes, data: outcomes })

let folder: string
let registry: Registry
let result: RunResult
beforeAll(async () => {
  folder = freshFolder('conformance')
  registry = await startRegistry({ dataDir: join(folder, 'data') })
  const env = {
    PATH: process.env.PATH,
    OCI_REGISTRY: registry.host,
    OCI_TLS: 'disabled',
    // What is left out unless asked for, but for manifests whose parts are missing, which a registry may refuse.
    OCI_API_BLOBS_DIGEST_HEADER: 'true',
    OCI_API_BLOBS_UPLOAD_CANCEL: 'true',
    OCI_API_MANIFESTS_DIGEST_HEADER: 'true',
    OCI_API_MANIFESTS_TAG_PARAM: 'true',
  }
  result = await run(readParts().conformance, [], { cwd: folder, env })
})

afterAll(async () => {
  await registry?.close()
  removeFolder(folder)
})

it('the embedded registry fails no check of the distribution specification', () => {
  const failed = result.stderr.split('\n').filter(line => line.includes('failed test'))

  expect(failed).toEqual([])
  expect(result.exitCode, result.stderr).toBe(0)
})

it('all that was asked for was checked, but for mounts that name no repository, which open an upload', () => {
  const { apis, data } = reportSchema.parse(parse(readFileSync(join(folder, 'results', 'results.yaml'), 'utf8')))

  const without = (outcomes: Record<string, string>) => Object.entries(outcomes).filter(([, one]) => one !== 'Pass')
  expect(without(apis)).toEqual([['Blob anonymous mount', 'Skip']])
  expect(without(data)).toEqual([['Sparse Manifests', 'Disabled']])
  expect(Object.keys(apis)).toEqual(expect.arrayContaining(['Referrers', 'Manifest put with tag params']))
  expect(Object.keys(data)).toEqual(expect.arrayContaining(['Blobs sha512', 'Digest Algorithm sha512']))
})
