import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { RegistryFlags } from '../../../cli/start/registry-flags.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

async function read(words: readonly string[]) {
  const flags = new RegistryFlags()
  await flags
    .addTo(new Command('start').exitOverride().action(() => undefined))
    .parseAsync([...words], { from: 'user' })
  return flags.read()
}

async function fileWith(text: string): Promise<string> {
  const file = join(await testFolder(), 'secret')
  writeFileSync(file, text)
  return file
}

it('what stands after a --registry is about that one', async () => {
  const [password, token] = [await fileWith('hush\n'), await fileWith('api-hush')]

  const { registries } = await read([
    ...[
      '--registry',
      'https://quay.example.com',
      '--provider',
      'quay',
      '--username',
      'ci',
      '--password-file',
      password,
    ],
    ...[
      '--api-token-file',
      token,
      '--realm-host',
      'auth.example.com',
      '--alias',
      'mirror.example.com,quay.internal:5000',
    ],
    ...['--registry', 'http://127.0.0.1:5000/v2/', '--alias', 'harbor.example.com', '--capacity', '1000'],
  ])

  expect(registries).toEqual([
    {
      host: 'quay.example.com',
      endpoint: 'https://quay.example.com',
      provider: 'quay',
      credential: { username: 'ci', password: 'hush', apiToken: 'api-hush' },
      realmHosts: ['auth.example.com'],
      aliases: ['mirror.example.com', 'quay.internal:5000'],
      notAliases: [],
    },
    {
      host: '127.0.0.1:5000',
      endpoint: 'http://127.0.0.1:5000',
      realmHosts: [],
      aliases: ['harbor.example.com'],
      notAliases: [],
      capacityBytes: 1000,
    },
  ])
})

it('of one registry they may stand before it too, and without any some are about the loopback registry', async () => {
  const { registries } = await read(['--alias', 'a.example.com', '--registry', 'https://r.example.com'])
  const { loopback } = await read(['--alias', 'a.example.com', '--not-alias', 'b.example.com', '--capacity', '5'])

  expect(registries).toMatchObject([{ host: 'r.example.com', aliases: ['a.example.com'] }])
  expect(loopback).toEqual({ aliases: ['a.example.com'], notAliases: ['b.example.com'], capacityBytes: 5 })
})

it('where a hosted registry answers is known: its name alone is no address', async () => {
  const { registries } = await read(['--registry', 'https://docker.io', '--registry', 'https://ghcr.io'])

  expect(registries?.map(({ host, endpoint }) => [host, endpoint])).toEqual([
    ['docker.io', undefined],
    ['ghcr.io', undefined],
  ])
})

it.each([
  [['--username', 'ci'], /^--username: expected it after the --registry/],
  [['--registry', 'https://a.example', '--username', 'ci'], /^--password-file: expected it beside --username/],
  [
    ['--registry', 'https://a.example', '--password-file', '/nowhere'],
    /^--username: expected it beside --password-file/,
  ],
  [
    ['--registry', 'https://a.example', '--username', 'a', '--password-file', '/nowhere'],
    /^--password-file: expected a file/,
  ],
  [['--registry', 'https://a.example', '--provider', 'tarball'], /^--provider: expected one of oci, harbor/],
  [['--registry', 'https://a.example', '--provider', 'ecr'], /^--provider: expected .*aws ecr get-login-password/],
  [['--registry', 'https://a.example', '--api', 'a.example'], /^--api: expected a URL/],
  [['--registry', 'https://a.example', '--realm-host', 'https://x'], /^--realm-host: expected host names/],
  [['--registry', 'https://a.example', '--registry', 'https://A.example:443'], /^--registry: /],
  [
    ['--alias', 'x.example', '--registry', 'https://a.example', '--registry', 'https://b.example'],
    /^--alias: expected it after the --registry that it is about/,
  ],
])('%j says what is expected', async (words, message) => {
  const flags = read(words)

  await expect(flags).rejects.toThrow(InvalidInputError)
  await expect(flags).rejects.toThrow(message)
})

it('an empty file with a password is no password', async () => {
  const file = await fileWith(' \n')

  await expect(read(['--registry', 'https://a.example', '--username', 'ci', '--password-file', file])).rejects.toThrow(
    'got an empty file',
  )
})
