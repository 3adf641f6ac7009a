import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInputError } from '../../shared/errors.ts'

/** What every request to the embedded AWS services is signed with. */
export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A credentials file of the AWS tools, for `AWS_SHARED_CREDENTIALS_FILE`, with the region that they ask for. */
export const accessKeyFile = (dataDir: string): string => join(dataDir, 'aws-credentials')

/** The key of this data folder, which stays the same from start to start; the first start makes it. */
export function ensureAccessKey(dataDir: string): AccessKey {
  const file = accessKeyFile(dataDir)
  if (!existsSync(file)) {
    writeFileSync(`${file}.next`, credentialsText(), { mode: 0o600 })
    renameSync(`${file}.next`, file)
  }
  // A copy from elsewhere may have come with other rights.
  chmodSync(file, 0o600)
  return readAccessKey(dataDir)
}

/** @throws InvalidInputError where the file is missing, is another user's, or holds no key */
export function readAccessKey(dataDir: string): AccessKey {
  const file = accessKeyFile(dataDir)
  const text = readText(file)
  const valueNamed = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1]
  const [accessKeyId, secretAccessKey] = [valueNamed('aws_access_key_id'), valueNamed('aws_secret_access_key')]
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey }
  throw new InvalidInputError(
    `expected aws_access_key_id and aws_secret_access_key in ${file}, found none; remove the file, and the next start makes another`,
  )
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new InvalidInputError(
      `expected to read the access key in ${file}; run this as the user who runs npm start, and start it once with this version`,
      { cause },
    )
  }
}

const credentialsText =
  (): string => `# Signs requests to the embedded AWS services of this folder; nothing else takes it.
[default]
aws_access_key_id = LOCAL${randomBytes(10).toString('hex').toUpperCase()}
aws_secret_access_key = ${randomBytes(30).toString('base64url')}
region = us-east-1
`
