import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessDeniedError, InvalidInputError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { sweptSigned } from '../../support/restore-fixture.ts'
import { installationOf, restoreHere } from './restore-run.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

async function sweptInstallation() {
  const swept = await sweptSigned(world)
  return { ...swept, installation: installationOf(world, swept.fixture) }
}

describe('shelflife restore', () => {
  it('says line by line what it put back, what comes next and until when it could', async () => {
    const { fixture, installation } = await sweptInstallation()

    const { isWhole, stdout, stderr } = await restoreHere({ images: [`${fixture.repository}:v1`] }, installation)

    expect({ isWhole, stderr }).toEqual({ isWhole: true, stderr: '' })
    const shape = stdout.replaceAll(/sha256:[0-9a-f]+/g, 'D').replaceAll(/sha256-[0-9a-f]+/g, 'D')
    const lines = shape.split('\n')
    // The signature and the SBOM come in the order of their digests.
    expect(lines.slice(4, 6).sort()).toEqual([
      'restored    manifest  D  an image',
      'restored    manifest  D  refers to D',
    ])
    expect(lines.toSpliced(4, 2)).toEqual([
      fixture.repository,
      'restored    manifest  D  an image',
      'restored    manifest  D  an image',
      'restored    manifest  D  an index of 2',
      'restored    tag       v1  points at D',
      'restored    tag       v1.0  points at D',
      'restored    tag       D.sig  points at D',
      'restored    object    eu-1/team/app-v1  the Repository object',
      'restored    object    eu-1/team/app-v1.0  the Repository object',
      '',
      '10 restored, 0 there already',
      expect.stringContaining('marks them anew after its grace period'),
      expect.stringContaining('exclude or keepTags'),
      expect.stringContaining('garbage collection'),
      '',
    ])
  })

  it.each([true, false])(
    'puts back what it deleted in a registry whose cluster another installation holds since, dry run %s',
    async dryRun => {
      const { fixture, installation } = await sweptInstallation()
      fixture.cluster.findHolder = async () => '1/eu/recovered'

      const { isWhole, stdout } = await restoreHere({ images: [`${fixture.repository}:v1`], dryRun }, installation)

      expect(await fixture.tags()).toEqual(expect.arrayContaining(dryRun ? ['v2'] : ['v1', 'v1.0', 'v2']))
      expect(isWhole).toBe(false)
      expect(stdout).toMatch(/left alone +object .*belongs to installation 1\/eu\/recovered/)
      expect(stdout.split('\n').filter(line => line.startsWith('cluster eu-1 '))).toEqual([
        `cluster eu-1 belongs to installation 1/eu/recovered and pulls from ${world.host}: its sweeps judge what comes back there, and no object is made in it`,
      ])
      expect(stdout).not.toContain('may succeed when the same command is given again')
      expect(fixture.cluster.get('Repository', 'app-v1')).toBeUndefined()
    },
  )

  it('puts a run back whose cluster another installation holds since', async () => {
    const { fixture, installation, index } = await sweptInstallation()
    const [run] = (await world.store.findPolicy('eu-1/team/cleanup'))?.runs ?? []
    fixture.cluster.findHolder = async () => '1/eu/recovered'

    await restoreHere({ run: `team/cleanup/${run?.runId}` }, installation)

    expect(await fixture.tag('v1')).toBe(index)
  })

  it('makes no object in a cluster that another holds and that does not pull from the registry', async () => {
    const { fixture, installation } = await sweptInstallation()
    fixture.cluster.findHolder = async () => '1/eu/recovered'
    const elsewhere = { ...installation, rulebook: { ...installation.rulebook, pullsFrom: () => false } }

    const { stdout } = await restoreHere({ images: [`${fixture.repository}:v1`] }, elsewhere)

    expect(stdout).toMatch(/left alone +object .*belongs to installation 1\/eu\/recovered/)
    expect(stdout).not.toContain('\ncluster eu-1 ')
    expect(fixture.cluster.get('Repository', 'app-v1')).toBeUndefined()
  })

  it.each([
    ['a tag', (repository: string) => ({ images: [`${repository}:v9`] }), 'expected a tag that was deleted here'],
    [
      'a digest',
      (repository: string) => ({ images: [`${repository}@sha256:${'7'.repeat(64)}`] }),
      'expected an image that was deleted here',
    ],
    ['a run', () => ({ run: 'team/cleanup/manual-9' }), 'expected a run of the policy'],
  ])('says of %s that it does not know who else may have deleted it', async (_, asked, unknown) => {
    const { fixture, installation } = await sweptInstallation()
    const own = await restoreHere(asked(fixture.repository), installation).catch((error: unknown) => error)
    fixture.cluster.findHolder = async () => '1/eu/recovered'

    const refused = await restoreHere(asked(fixture.repository), installation).catch((error: unknown) => error)

    expect(refused).toBeInstanceOf(InvalidInputError)
    expect(String(refused)).toContain(unknown)
    expect(String(refused)).toContain(
      'cluster eu-1 belongs to installation 1/eu/recovered, and this is 123456789012/eu-west-1/shelflife: that one may have deleted it',
    )
    expect(String(own)).toContain(unknown)
    expect(String(own)).not.toContain('recovered')
  })

  it('restores where it cannot be read whose the cluster is, and says so', async () => {
    const { fixture, installation, index } = await sweptInstallation()
    fixture.cluster.findHolder = () => Promise.reject(new AccessDeniedError('expected the right to get leases'))

    const { isWhole, stdout } = await restoreHere({ images: [`${fixture.repository}:v1`] }, installation)

    expect(isWhole).toBe(true)
    expect(await fixture.tag('v1')).toBe(index)
    expect(stdout).toContain('\nwhose cluster eu-1 is could not be read: expected the right to get leases\n')
  })

  it('knows a registry by its aliases', async () => {
    const { fixture, installation, index } = await sweptInstallation()

    await restoreHere({ images: [`registry.example.com/${fixture.path}:v1`] }, installation)

    expect(await fixture.tag('v1')).toBe(index)
  })

  it('finds a path without a host where one registry has it', async () => {
    const { fixture, installation, index } = await sweptInstallation()

    await restoreHere({ images: [`${fixture.path}:v1`] }, installation)

    expect(await fixture.tag('v1')).toBe(index)
  })

  it('names what was collected, each blob on a line of its own', async () => {
    const { fixture, installation, amd64 } = await sweptInstallation()
    const [config, layer] = fixture.archivedBlobs(amd64)
    await world.collectGarbage()

    const { isWhole, stdout } = await restoreHere({ images: [`${fixture.repository}@${amd64}`] }, installation)

    expect(isWhole).toBe(false)
    expect(stdout).toContain(
      `missing     manifest  ${amd64.slice(0, 19)}  2 blobs of it are gone:\n` +
        `            config ${config?.digest} (${config?.sizeBytes} bytes) was collected\n` +
        `            layer ${layer?.digest} (${layer?.sizeBytes} bytes) was collected\n`,
    )
    expect(stdout).toContain('0 restored, 0 there already, 1 could not be restored\n')
    expect(stdout).not.toContain('exclude or keepTags')
  })

  it('shows what it would do on a dry run', async () => {
    const { fixture, installation } = await sweptInstallation()
    const asked = { images: [`${fixture.repository}:v1`], dryRun: true }

    const { stdout } = await restoreHere(asked, installation)

    const [name, title, ...lines] = stdout.replaceAll(/@[0-9a-f]{12}/g, '@D').split('\n')
    const rows = lines.slice(0, 5).map(line => line.replace(/ +\d+ bytes/, '').replaceAll(/ {2,}/g, '  '))
    expect([name, title?.split(/ +/)]).toEqual([fixture.repository, ['WHAT', 'IMAGE', 'SIZE', 'KIND']])
    expect(rows.toSorted()).toEqual([
      'would restore  @D  an image',
      'would restore  @D  an image',
      'would restore  @D  refers to v1',
      'would restore  @D  refers to v1',
      'would restore  v1 v1.0  an index of 2, with 2 Repository objects',
    ])
    expect(stdout).toMatch(
      /^5 images: 5 would be restored \([\d.]+ kB\), 0 there already; with 3 tags and 2 Repository objects$/m,
    )
    expect(stdout).toContain('garbage collection')
    expect(await fixture.tags()).toEqual(['v2'])
  })

  it('puts a whole run back, and writes its name into the history', async () => {
    const { fixture, installation, index } = await sweptInstallation()
    const [run] = (await world.store.findPolicy('eu-1/team/cleanup'))?.runs ?? []

    await restoreHere({ run: `team/cleanup/${run?.runId}` }, installation)

    expect(await fixture.tag('v1')).toBe(index)
    expect(await fixture.image(index)).toMatchObject({
      change: {
        action: 'restored',
        actor: 'person alice',
        runId: run?.runId,
        reason: expect.stringContaining(`run ${run?.runId} of policy eu-1/team/cleanup`),
      },
    })
  })

  it('takes several images', async () => {
    const { fixture, installation, index, sbom } = await sweptInstallation()

    const { stdout } = await restoreHere(
      { images: [`${fixture.repository}@${sbom}`, `${fixture.repository}:v1`] },
      installation,
    )

    expect(await fixture.tag('v1')).toBe(index)
    expect(stdout).toContain('10 restored')
  })

  it.each(['restored', 'collected'])('prints JSON as its schema describes, of what was %s', async what => {
    const { fixture, installation, index } = await sweptInstallation()
    fixture.cluster.findHolder = () => Promise.reject(new AccessDeniedError('leases'))
    const schema = JSON.parse(
      await readFile(new URL('../../../cli/restore/restore.schema.json', import.meta.url), 'utf8'),
    )
    if (what === 'collected') await world.collectGarbage()

    const { stdout } = await restoreHere({ images: [`${fixture.repository}:v1`], output: 'json' }, installation)

    const result = JSON.parse(stdout)
    const ajv = new Ajv2020({ strict: true, allErrors: true })
    formats.default(ajv)
    expect(ajv.validate(schema, result), ajv.errorsText()).toBe(true)
    expect(result.repositories).toMatchObject([{ repository: fixture.repository }])
    expect(result.notes).toEqual(['whose cluster eu-1 is could not be read: leases'])
    const outcome = what === 'collected' ? 'missing' : 'restored'
    expect(result.repositories[0].things).toContainEqual(
      expect.objectContaining({ kind: 'tag', name: 'v1', digest: index, outcome }),
    )
    expect(result.totals[outcome]).toBe(10)
  })

  it('shows progress and colours on a terminal only, and wipes the progress', async () => {
    const { fixture, installation } = await sweptInstallation()
    const asked = { images: [`${fixture.repository}:v1`] }

    const { stdout, stderr } = await restoreHere(asked, installation, { terminal: true })

    expect(stderr).toContain('restoring: 5 images')
    expect(stderr.endsWith('\r\u001b[K')).toBe(true)
    expect(stdout).toContain('\u001b[32mrestored  \u001b[39m')
  })

  it('refuses what it does not know before it prints anything', async () => {
    const { fixture, installation } = await sweptInstallation()

    const refusal = await restoreHere({ images: [`${fixture.repository}:v9`] }, installation).catch(error => error)

    expect(refusal).toBeInstanceOf(InvalidInputError)
    expect(refusal.message).toContain(`${fixture.repository}:v9: expected a tag that was deleted here`)
  })
})
