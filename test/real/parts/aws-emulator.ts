import { delimiter, dirname } from 'node:path'
import { startInFreshFolder } from './background.ts'
import { readParts } from './cache.ts'
import { freePort } from './free-port.ts'

export interface AwsEmulator {
  /** Its ECR takes pushes at the same host and port. */
  endpoint: string
  region: string
  accountId: string
  /** For a child process that shall act as the account's root: endpoint, keys, region. */
  env: Record<string, string>
  logFile: string
  stop(): Promise<void>
}

const region = 'us-east-1'
const accountId = '000000000000'

/**
 * Starts the emulator with IAM enforced: every Lambda function has the rights of its own role and no others. Functions
 * run by the Node that runs this.
 */
export async function startAwsEmulator(): Promise<AwsEmulator> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const isReady = async () => (await fetch(`${endpoint}/_ministack/ready`, { signal: AbortSignal.timeout(2_000) })).ok
  const { stop, logFile } = await startInFreshFolder('aws', folder => ({
    command: readParts().emulatorPython,
    args: ['-m', 'ministack.app'],
    env: emulatorEnv(port, folder),
    isReady,
  }))
  return {
    endpoint,
    region,
    accountId,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    },
    logFile,
    stop,
  }
}

/** Nothing of the caller's own environment: it may hold real AWS credentials. */
function emulatorEnv(port: number, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    HOME: folder,
    TMPDIR: folder,
    STATE_DIR: `${folder}/state`,
    S3_DATA_DIR: `${folder}/s3`,
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_REGION: region,
    AUTH: 'true',
    // These would listen on ports of their own, whatever BIND_HOST says.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  }
}
