import { expect, it, onTestFinished, vi } from 'vitest'
import { findAwsAddress } from '../../../cli/connect/aws-address.ts'
import { startScriptedServer } from '../../shared/adapters/http/scripted-server.ts'

const published = { table: 'images', archive: 'archive', killSwitch: '/shelflife/sweeps' }
const identity =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/alice</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>'

/** SSM and STS of an account in which the installation is deployed. */
async function startAws() {
  const aws = await startScriptedServer((request, response) => {
    const isSsm = request.headers['x-amz-target'] !== undefined
    response.writeHead(200, { 'content-type': isSsm ? 'application/x-amz-json-1.1' : 'text/xml' })
    response.end(isSsm ? JSON.stringify({ Parameter: { Value: JSON.stringify(published) } }) : identity)
  })
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'KEY')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  onTestFinished(() => void vi.unstubAllEnvs())
}

it('names the deployed installation as its functions do, and who asks', async () => {
  await startAws()

  const address = await findAwsAddress({})

  expect(await address.findId()).toBe('123456789012/eu-west-1/shelflife')
  expect(await address.findActor()).toBe('person arn:aws:iam::123456789012:user/alice')
})
