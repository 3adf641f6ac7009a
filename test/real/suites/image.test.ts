import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildImage } from '../../../infra/packaging/image/build-image.ts'
import { freshFolder, removeFolder } from '../parts/background.ts'
import { type Distribution, startDistribution } from '../parts/distribution.ts'
import { runTool, type Tool } from '../parts/tools.ts'

let folder: string
let archive: string
let registry: Distribution

beforeAll(async () => {
  folder = freshFolder('image')
  archive = join(folder, 'image.tar')
  writeFileSync(archive, await buildImage())
  registry = await startDistribution({ version: '3' })
}, 300_000)

afterAll(async () => {
  await registry?.stop()
  removeFolder(folder)
})

async function tool(name: Tool, ...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runTool(name, args)
  if (exitCode !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout.trim()
}

it('is whole to crane as an archive of docker, each layer by its own digest', async () => {
  expect(await tool('crane', 'validate', '--tarball', archive)).toMatch(/^PASS/)
})

it('is pushed to a registry from its OCI layout with the digest that it has there, and whole', async () => {
  const reference = `${registry.host}/shelflife:layout`
  const described = await tool('skopeo', 'inspect', '--format', '{{.Digest}}', `oci-archive:${archive}`)

  await tool(
    'skopeo',
    'copy',
    '--preserve-digests',
    '--dest-tls-verify=false',
    `oci-archive:${archive}`,
    `docker://${reference}`,
  )
  const validated = await tool('crane', 'validate', '--remote', reference)
  const digest = await tool('crane', 'digest', reference)

  expect(validated).toMatch(/^PASS/)
  expect(digest).toBe(described)
})

it('has a config by the OCI specification, as regctl and skopeo read it', async () => {
  const reference = `${registry.host}/shelflife:layout`
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

  const bySkopeo = JSON.parse(await tool('skopeo', 'inspect', '--config', `oci-archive:${archive}`))
  const byRegctl = JSON.parse(
    await tool('regctl', '--host', `reg=${registry.host},tls=disabled`, 'image', 'config', reference),
  )

  expect(bySkopeo).toEqual(byRegctl)
  expect(bySkopeo).toMatchObject({ os: 'linux', architecture, config: { User: '65532:65532' } })
  expect(bySkopeo.rootfs).toMatchObject({ type: 'layers', diff_ids: { length: 2 } })
})

it('is one of several processors in an index that is made of the images of each', async () => {
  const [one, all] = [`${registry.host}/shelflife:layout`, `${registry.host}/shelflife:all`]

  await tool('crane', 'index', 'append', '--manifest', one, '--tag', all)
  const { manifests } = JSON.parse(await tool('crane', 'manifest', all))

  expect(manifests).toMatchObject([{ digest: await tool('crane', 'digest', one), platform: { os: 'linux' } }])
})
