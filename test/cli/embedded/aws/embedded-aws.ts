import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'
import { type LocalAws, type LocalAwsOptions, startAwsEndpoint } from '../../../../cli/embedded/aws/endpoint.ts'
import { accessKey } from '../../../support/access-key.ts'

/** The options of an AWS client that talks to the endpoint. */
export const clientOptions = (endpoint: string) => ({ endpoint, region: 'us-east-1', credentials: accessKey })

/** Where nobody listens: whoever is answered has used no socket. */
export const nowhere = 'http://127.0.0.1:1'

/** How a client reaches the objects, and its options for that. */
export const s3Ways: [string, (aws: LocalAws) => S3ClientConfig][] = [
  ['over sockets', aws => clientOptions(aws.endpoint)],
  ['without sockets, from the same process', aws => ({ ...clientOptions(nowhere), ...aws.archive })],
]

export const freshFolder = () => mkdtemp(join(tmpdir(), 'shelflife-'))

/** A folder that is removed when the test that asked for it has ended. */
export const testFolder = async (): Promise<string> => {
  const folder = await freshFolder()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** An endpoint that is closed when the test that asked for it has ended. */
export const testAws = async (options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> => {
  const dataDir = options.dataDir ?? (await testFolder())
  const aws = await startAwsEndpoint({
    accessKey,
    onUnhandled: error => {
      throw error
    },
    ...options,
    dataDir,
  })
  onTestFinished(() => aws.close())
  return aws
}
