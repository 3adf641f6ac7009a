import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { createEcrWriter } from '../../../../../shared/adapters/registry/ecr/ecr-writer.ts'
import { digestOf } from '../../../../../shared/adapters/registry/manifest.ts'
import { InvalidInputError } from '../../../../../shared/errors.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

const bytes = Buffer.alloc(12 * 1024 * 1024, 'layer')
const blob = { digest: digestOf(bytes), sizeBytes: bytes.byteLength }

async function* inChunks() {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

it('reads a layer from where ECR says that it lies, without credentials', async () => {
  const store = await startScriptedServer((_request, response) => response.end(bytes))
  const ecr = await startFakeEcr(() => ({ body: { downloadUrl: `${store.url}/layer?signature=1` } }))

  const read = await createEcrWriter(ecr.options).readBlob('team/app', blob, chunks => buffer(chunks))

  expect(read?.value.equals(bytes)).toBe(true)
  expect(ecr.calls).toMatchObject([{ operation: 'GetDownloadUrlForLayer', input: { layerDigest: blob.digest } }])
  expect(store.requests[0]?.headers.authorization).toBeUndefined()
})

it('tells a layer that is gone from one that ECR has archived', async () => {
  const answering = async (error: string) =>
    createEcrWriter((await startFakeEcr(() => ({ error }))).options).readBlob('team/app', blob, buffer)

  expect(await answering('LayersNotFoundException')).toBeUndefined()
  expect(await failureOf(answering('LayerInaccessibleException'))).toBeInstanceOf(InvalidInputError)
})

it('uploads a layer in parts of the size that ECR asks for', async () => {
  const partSize = 5 * 1024 * 1024
  const ecr = await startFakeEcr(({ operation }) =>
    operation === 'InitiateLayerUpload' ? { body: { uploadId: 'u1', partSize } } : {},
  )

  await createEcrWriter(ecr.options).putBlob('team/app', blob, inChunks)

  const parts = ecr.calls.filter(({ operation }) => operation === 'UploadLayerPart').map(({ input }) => input)
  expect(parts.map(({ partFirstByte, partLastByte }) => [partFirstByte, partLastByte])).toEqual([
    [0, partSize - 1],
    [partSize, 2 * partSize - 1],
    [2 * partSize, bytes.byteLength - 1],
  ])
  const sent = Buffer.concat(parts.map(({ layerPartBlob }) => Buffer.from(String(layerPartBlob), 'base64')))
  expect(sent.equals(bytes)).toBe(true)
  expect(ecr.calls.at(-1)).toMatchObject({
    operation: 'CompleteLayerUpload',
    input: { uploadId: 'u1', layerDigests: [blob.digest] },
  })
})

it('B17 throws where ECR finds other bytes, and takes it as done where it has the layer', async () => {
  const ending = async (error: string) => {
    const ecr = await startFakeEcr(({ operation }) => {
      if (operation === 'InitiateLayerUpload') return { body: { uploadId: 'u1', partSize: 20_971_520 } }
      return operation === 'CompleteLayerUpload' ? { error } : {}
    })
    return createEcrWriter(ecr.options).putBlob('team/app', blob, inChunks)
  }

  expect(await failureOf(ending('InvalidLayerException'))).toBeInstanceOf(InvalidInputError)
  await ending('LayerAlreadyExistsException')
})
