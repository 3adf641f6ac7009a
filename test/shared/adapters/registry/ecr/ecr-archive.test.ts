import { describe, expect, it } from 'vitest'
import { createEcrWriter } from '../../../../../shared/adapters/registry/ecr/ecr-writer.ts'
import { AccessDeniedError } from '../../../../../shared/errors.ts'
import { EcrRepository } from '../../../../scenarios/incidents/ecr-repository.ts'
import { at, digestOf } from '../../../../support/records.ts'
import { type EcrAnswer, type EcrCall, startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()
const path = 'team/app'

async function start(answer?: (call: EcrCall) => EcrAnswer) {
  const images = new EcrRepository()
  const image = images.push('v1', 'one', at(0))
  const { options, calls } = await startFakeEcr(answer ?? images.answer)
  const writer = createEcrWriter(options)
  if (!writer.archive) throw new Error('expected ECR to have an archive')
  return { images, image, writer, archive: writer.archive, calls }
}

describe('the archive of ECR', () => {
  it('takes an image with its tags, hands it out to nobody, and gives it back whole', async () => {
    const { images, image, writer, archive } = await start()

    const moved = await archive.archiveManifest(path, image)
    const there = await archive.findStorage(path, image)
    const read = await writer.findManifest(path, image)
    const tagged = await writer.findTag(path, 'v1')
    const asked = await archive.activateManifest(path, image)
    const coming = await archive.findStorage(path, image)
    images.activate(image)

    expect([moved.outcome, there, asked.outcome, coming]).toEqual(['archived', 'archived', 'activating', 'activating'])
    expect(read).toMatchObject({ unreadable: expect.stringContaining('archived in ECR') })
    expect(tagged).toBe(image)
    expect(await archive.findStorage(path, image)).toBe('active')
    expect(await writer.findManifest(path, image)).toMatchObject({ digest: image, mediaType: expect.any(String) })
  })

  it('names the digest alone, so that a tag which moves meanwhile takes no other image along', async () => {
    const { image, archive, calls } = await start()

    await archive.archiveManifest(path, image)

    expect(calls.filter(({ operation }) => operation === 'UpdateImageStorageClass').map(({ input }) => input)).toEqual([
      expect.objectContaining({ repositoryName: path, imageId: { imageDigest: image }, targetStorageClass: 'ARCHIVE' }),
    ])
  })

  it('is content with what is where it should be, though ECR refuses to move it there again', async () => {
    const { images, image, archive } = await start()
    const asBefore = await archive.activateManifest(path, image)
    images.archive(image)
    const again = await archive.archiveManifest(path, image)
    images.restoring(image)
    const onItsWay = await archive.activateManifest(path, image)

    expect([asBefore, again, onItsWay]).toEqual([
      { outcome: 'active' },
      { outcome: 'archived' },
      { outcome: 'activating' },
    ])
  })

  it('says what ECR refuses, and where the image is', async () => {
    const { images, image, archive } = await start()
    images.unmovable.add(image)
    const refused = await archive.archiveManifest(path, image)
    images.archive(image)
    const stuck = await archive.activateManifest(path, image)

    expect(refused).toEqual({ outcome: 'kept', reason: expect.stringContaining('still has it as active') })
    expect(stuck).toEqual({ outcome: 'kept', reason: expect.stringContaining('still has it as archived') })
  })

  it('knows nothing of a digest that is not there', async () => {
    const { archive } = await start()
    const absent = digestOf('absent')

    expect(await archive.findStorage(path, absent)).toBeUndefined()
    expect(await archive.archiveManifest(path, absent)).toEqual({ outcome: 'absent' })
    expect(await archive.activateManifest(path, absent)).toEqual({ outcome: 'absent' })
  })

  it('believes no answer that tells no status before it has looked', async () => {
    const images = new EcrRepository()
    const image = images.push('v1', 'one', at(0))
    const { archive } = await start(call =>
      call.operation === 'UpdateImageStorageClass' ? { body: {} } : images.answer(call),
    )

    expect(await archive.archiveManifest(path, image)).toMatchObject({ outcome: 'kept' })
  })

  it('is closed to a role without ecr:UpdateImageStorageClass', async () => {
    const { archive, image } = await start(() => ({ status: 400, error: 'AccessDeniedException' }))

    await expect(archive.archiveManifest(path, image)).rejects.toThrow(AccessDeniedError)
  })
})
