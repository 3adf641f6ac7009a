import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { createRegistries } from '../../../../../shared/adapters/registry/registries.ts'
import { createWriters } from '../../../../../shared/adapters/registry/writers.ts'
import { installationCredential } from '../../../../../shared/domain/sync-credential.ts'
import { parseSettings } from '../../../../../shared/settings.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { at } from '../../../../support/records.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { sha256 } from '../fake-registry.ts'
import { useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

const host = '210987654321.dkr.ecr.eu-west-1.amazonaws.com'
const minuteMs = 60_000

interface Signed {
  readonly operation: string
  readonly by: string
}

let roles = 0
/** Each test has roles of its own, since a process keeps what it assumed. */
const freshRole = (name: string) => {
  roles += 1
  return `arn:aws:iam::210987654321:role/${name}-${roles}`
}

/** STS and ECR on loopback: each role has an access key of its name, which is good for `validMs`. */
async function startAws(validMs = 60 * minuteMs) {
  const calls: Signed[] = []
  const server = await startScriptedServer(async (request, response) => {
    const body = await text(request)
    const by = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const role = new URLSearchParams(body).get('RoleArn')?.replace(/^.*\//, '')
    calls.push({ operation: role ? 'AssumeRole' : (String(request.headers['x-amz-target']).split('.')[1] ?? ''), by })
    response.writeHead(200, { 'content-type': role ? 'text/xml' : 'application/x-amz-json-1.1' })
    response.end(
      role
        ? sessionOf(role, new Date(Date.now() + validMs))
        : JSON.stringify({ imageDetails: [], failures: [{ failureCode: 'ImageNotFound' }] }),
    )
  })
  vi.stubEnv('AWS_ENDPOINT_URL', server.url)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  return calls
}

const sessionOf = (key: string, end: Date) => `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>${end.toISOString()}</Expiration></Credentials></AssumeRoleResult>
</AssumeRoleResponse>`

const secrets = {
  findSecret: async () => undefined,
  deleteSecret: async () => undefined,
  putSecret: async () => undefined,
}

function open(roleSettings: { readonly roleArn?: string; readonly deleteRoleArn?: string }) {
  const settings = parseSettings({ registries: [{ host, provider: 'ecr', ...roleSettings }] })
  const registries = createRegistries({
    settings,
    secrets,
    sealer: { open: async () => undefined },
    store: { findCredential: async () => undefined },
    now: () => at(0),
  })
  const { writer } = createWriters({ settings, secrets })
  return {
    list: async () =>
      (await registries.reader(host, { credential: installationCredential })).listRepository('team/app'),
    remove: async () => (await writer(host)).deleteManifest('team/app', sha256('a')),
  }
}

const nameOf = (roleArn: string) => roleArn.replace(/^.*\//, '')
const signers = (calls: readonly Signed[], operation: string) =>
  calls.filter(call => call.operation === operation).map(({ by }) => by)

describe('a registry of another account', () => {
  it('is read by its role, which all who read assume once', async () => {
    const calls = await startAws()
    const roleArn = freshRole('read')
    const { list } = open({ roleArn })

    await Promise.all([list(), list()])
    await list()

    expect(signers(calls, 'DescribeImages')).toEqual([nameOf(roleArn), nameOf(roleArn), nameOf(roleArn)])
    expect(signers(calls, 'AssumeRole')).toEqual(['test'])
  })

  it('is read by credentials that are good for a while: those that run out soon are got anew', async () => {
    const calls = await startAws(5 * minuteMs)
    const { list } = open({ roleArn: freshRole('read') })

    await list()
    await list()

    expect(signers(calls, 'AssumeRole').length).toBeGreaterThan(1)
  })

  it('is deleted from by the role for that', async () => {
    const calls = await startAws()
    const deleteRoleArn = freshRole('delete')

    await open({ roleArn: freshRole('read'), deleteRoleArn }).remove()

    expect(signers(calls, 'BatchDeleteImage')).toEqual([nameOf(deleteRoleArn)])
  })

  it('is not deleted from by the role for reading', async () => {
    const calls = await startAws()

    const failure = await failureOf(open({ roleArn: freshRole('read') }).remove())

    expect(failure).toMatchObject({
      name: 'AccessDeniedError',
      message: `${host}: expected a deleteRoleArn in registries, by which is deleted there, got the roleArn for reading alone`,
    })
    expect(calls).toEqual([])
  })
})

it('a role for a registry that knows none is refused', () => {
  const registries = [{ host: 'harbor.example.com', roleArn: freshRole('read') }]

  expect(() => parseSettings({ registries })).toThrow(
    /registries\[0\]\.roleArn: expected none for oci, which knows no roles/,
  )
})
