import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { keepSecret, showSecrets, webhookSecretOf } from '../../../cli/embedded/local-secrets.ts'
import { secretsOf } from '../../support/webhook-fixture.ts'
import { testFolder } from './aws/embedded-aws.ts'

const place = webhookSecretOf('harbor.example.com', 'harbor.example.com')

const folder = async () => {
  const dataDir = await testFolder()
  const file = join(dataDir, place.file)
  return { dataDir, file, shown: () => readFileSync(file, 'utf8') }
}

it('makes a secret once, which may be in an address', async () => {
  const { file, shown } = await folder()
  const secrets = secretsOf({})

  const first = await keepSecret('hook', file, secrets)
  const second = await keepSecret('hook', file, secrets)

  expect(first).toMatch(/^[0-9a-f]{48}$/)
  expect([second, shown()]).toEqual([first, `${first}\n`])
})

it('lets the secret before count on where the process starts anew in the middle of a rotation', async () => {
  const { dataDir, file, shown } = await folder()
  const secrets = secretsOf({ [place.secret]: 'new\nold' })
  writeFileSync(file, 'old\n')
  showSecrets(dataDir, new Map([[place.secret, 'new\nold']]))

  const secret = await keepSecret(place.secret, file, secrets)

  expect([secret, shown(), await secrets.findSecret(place.secret)]).toEqual(['new', 'new\n', 'new\nold'])
})

it('takes the text that a person wrote into the file, and no other beside it', async () => {
  const { file } = await folder()
  const secrets = secretsOf({ hook: 'new\nold' })
  writeFileSync(file, 'mine\n')

  await keepSecret('hook', file, secrets)

  expect(await secrets.findSecret('hook')).toBe('mine')
})

it('leaves the file as it is where another secret was rotated', async () => {
  const { dataDir, file, shown } = await folder()
  writeFileSync(file, 'mine\n')

  showSecrets(dataDir, new Map([['other', 'x']]))

  expect(shown()).toBe('mine\n')
})

it('shows what was rotated of a further registry in the file of its name', async () => {
  const { dataDir, shown, file } = await folder()
  const other = webhookSecretOf('registry.example.com:5000', 'harbor.example.com')
  writeFileSync(file, 'mine\n')
  writeFileSync(join(dataDir, other.file), 'old\n')

  showSecrets(dataDir, new Map([[other.secret, 'new\nold']]))

  expect([shown(), readFileSync(join(dataDir, other.file), 'utf8')]).toEqual(['mine\n', 'new\n'])
})
