import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { AccessDeniedError } from '../../../../../shared/errors.ts'
import { pushersToken } from '../../../../support/ecr-public/fake-ecr-public.ts'
import { readManifest } from '../../../../support/readable.ts'
import { useFakeAwsCredentials } from '../ecr/fake-ecr.ts'
import { startEcrPublic } from './public-world.ts'

useFakeAwsCredentials()

/** One image with two tags in a repository of the account, and one of another account. */
async function world(accountAliases?: readonly string[]) {
  const registry = await startEcrPublic(accountAliases)
  for (const path of ['acme/team/app', 'others/app']) registry.create(path)
  const { digest } = await pushImage(registry.url, { repository: 'acme/team/app', tag: 'v1' }, pushersToken)
  await pushImage(registry.url, { repository: 'acme/team/app', tag: 'v2', seed: 'two' }, pushersToken)
  const other = await pushImage(registry.url, { repository: 'others/app', tag: 'v1' }, pushersToken)
  return { ...registry, digest: digest as Digest, ofOthers: other.digest as Digest }
}

describe('ECR Public', () => {
  it('lists what is of the account with digests and push times, under each of its aliases', async () => {
    const { reader, digest, requests } = await world()
    const before = requests.length

    const shown = await reader.listRepository('acme/team/app')
    const byDefault = await reader.listRepository('a1b2c3d4/team/app')

    expect(shown.tags).toContainEqual({ tag: 'v1', digest, pushedAt: expect.any(Date) })
    expect(shown.untagged).toEqual([])
    expect(byDefault).toEqual(shown)
    expect(requests.length).toBe(before)
  })

  it('reads what is of others as everybody does, and asks the API for nothing of it', async () => {
    const { reader, calls, ofOthers } = await world()

    const listing = await reader.listRepository('others/app')
    const found = await reader.findTag('others/app', 'v1')

    expect(listing).toEqual({ tags: [{ tag: 'v1' }] })
    expect(found).toBe(ofOthers)
    expect(calls.map(({ operation }) => operation)).toEqual(['DescribeRegistries'])
  })

  it('takes an alias that is asked for and not given yet for that of another', async () => {
    const { reader, create, url } = await world()
    for (const path of ['acme/nginx', 'nginx/nginx']) create(path)
    await pushImage(url, { repository: 'acme/nginx', tag: 'own' }, pushersToken)

    const listing = await reader.listRepository('nginx/nginx')

    expect(listing).toEqual({ tags: [] })
  })

  it('is read as by everybody, with a word for people, where the role may not know its aliases', async () => {
    const { reader, state, digest } = await world()
    state.answer = ({ operation }) =>
      operation === 'DescribeRegistries' ? { error: 'AccessDeniedException' } : undefined

    const listing = await reader.listRepository('acme/team/app')
    const found = await reader.findTag('acme/team/app', 'v1')

    expect(listing.tags).toEqual(expect.arrayContaining([{ tag: 'v1' }, { tag: 'v2' }]))
    expect(listing.untagged).toBeUndefined()
    expect(listing.note).toContain('ecr-public:DescribeRegistries')
    expect(found).toBe(digest)
  })

  it('is read as by everybody where the account has no public registry', async () => {
    const { reader, state } = await world()
    state.answer = ({ operation }) =>
      operation === 'DescribeRegistries' ? { error: 'RegistryNotFoundException' } : undefined

    const listing = await reader.listRepository('acme/team/app')

    expect(listing.tags).toHaveLength(2)
    expect(await reader.listRepositories()).toEqual([])
  })

  it('tells which repositories the account has, under the alias of their addresses', async () => {
    const { reader } = await world([])

    const paths = await reader.listRepositories()

    expect(paths).toEqual(['acme/team/app'])
  })

  it('tells which repositories the account has, under the alias that the settings name first', async () => {
    const { reader } = await world(['a1b2c3d4', 'acme'])

    const paths = await reader.listRepositories()

    expect(paths).toEqual(['a1b2c3d4/team/app'])
  })

  it('deletes nothing of others', async () => {
    const { writer, calls, ofOthers } = await world()
    const reason = 'it is in the public registry of another AWS account: the role deletes in its own'

    const refusal = await writer.findRefusal?.('others/app', ['v1'])
    const tag = await writer.deleteTag('others/app', 'v1', ofOthers, { lastTagGoesWithDigest: true })
    const manifest = await writer.deleteManifest('others/app', ofOthers)

    expect(refusal).toBe(reason)
    expect([tag, manifest]).toEqual([
      { outcome: 'kept', reason },
      { outcome: 'kept', reason },
    ])
    expect(calls.some(({ operation }) => operation === 'BatchDeleteImage')).toBe(false)
  })

  it.each([
    ['no alias', 'acme', [], 'a1b2c3d4'],
    ['one alias', 'acme', ['acme'], 'a1b2c3d4'],
    ['another alias alone', 'a1b2c3d4', ['acme'], 'acme'],
  ])(
    'deletes nothing that is reached by another alias too where the settings name %s',
    async (_, alias, named, other) => {
      const { writer, calls, digest } = await world(named)
      const reason = `it is reached by alias ${other} too, by which use is not looked for: name it in accountAliases, beside ${alias}`

      const refusal = await writer.findRefusal?.(`${alias}/team/app`, ['v1'])
      const tag = await writer.deleteTag(`${alias}/team/app`, 'v1', digest, { lastTagGoesWithDigest: true })
      const manifest = await writer.deleteManifest(`${alias}/team/app`, digest)

      expect(refusal).toBe(reason)
      expect([tag, manifest]).toEqual([
        { outcome: 'kept', reason },
        { outcome: 'kept', reason },
      ])
      expect(calls.some(({ operation }) => operation === 'BatchDeleteImage')).toBe(false)
    },
  )

  it('deletes nothing where the settings name an alias that the account has not, or not yet', async () => {
    const { writer, calls, digest } = await world(['acme', 'a1b2c3d4', 'nginx'])

    const manifest = await writer.deleteManifest('acme/team/app', digest)

    expect(manifest).toEqual({
      outcome: 'kept',
      reason: 'accountAliases names nginx, which is no alias of the account',
    })
    expect(calls.some(({ operation }) => operation === 'BatchDeleteImage')).toBe(false)
  })

  it('deletes where the account has one alias, which nobody names', async () => {
    const { writer, state, digest } = await world([])
    const aliases = [{ name: 'acme', status: 'ACTIVE', primaryRegistryAlias: true, defaultRegistryAlias: true }]
    state.answer = ({ operation }) =>
      operation === 'DescribeRegistries' ? { body: { registries: [{ aliases }] } } : undefined

    const manifest = await writer.deleteManifest('acme/team/app', digest)

    expect(manifest).toEqual({ outcome: 'deleted' })
  })

  it('deletes by the name without the alias, and asks for no token to push', async () => {
    const { writer, calls, digest } = await world()

    const deletion = await writer.deleteManifest('acme/team/app', digest)

    expect(deletion).toEqual({ outcome: 'deleted' })
    expect(calls.find(({ operation }) => operation === 'BatchDeleteImage')?.input).toEqual({
      repositoryName: 'team/app',
      imageIds: [{ imageDigest: digest }],
    })
    expect(calls.some(({ operation }) => operation === 'GetAuthorizationToken')).toBe(false)
  })

  it('deletes nothing where the role may not know whose it is', async () => {
    const { writer, state, digest } = await world()
    state.answer = ({ operation }) =>
      operation === 'DescribeRegistries' ? { error: 'AccessDeniedException' } : undefined

    const deletion = writer.deleteManifest('acme/team/app', digest)

    await expect(deletion).rejects.toBeInstanceOf(AccessDeniedError)
  })

  it('puts an image back with a token of the account', async () => {
    const { reader, writer, calls, digest } = await world()
    const { bytes, mediaType } = await readManifest(reader, 'acme/team/app', digest)
    await writer.deleteManifest('acme/team/app', digest)

    await writer.putManifest('acme/team/app', 'v1', { bytes, mediaType })

    expect(await reader.findTag('acme/team/app', 'v1')).toBe(digest)
    expect(calls.filter(({ operation }) => operation === 'GetAuthorizationToken')).toHaveLength(1)
  })
})
