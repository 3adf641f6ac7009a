import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startCommand } from '../../../cli/start/command.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

it.each([
  ['--capacity', ''],
  ['--capacity', '0'],
  ['--capacity', '-1'],
  ['--capacity', '1.5'],
  ['--capacity', '1e9'],
  ['--capacity', '10GB'],
  ['--capacity', '9007199254740993'],
  ['--port', '65532'],
  ['--speed', '0'],
  ['--registry', 'registry.example.com'],
  ['--kubeconfig', '/nowhere/kubeconfig'],
  ['--grants', '/nowhere/grants.json'],
  ['--grants', ''],
  ['--min-grace', '999ms'],
  ['--min-grace', '1d'],
  ['--min-grace', ''],
  ['--url', 'https://hooks.example.com'],
])('refuses %s %j, says what it expects, and starts nothing', async (flag, value) => {
  const data = join(await testFolder(), 'data')

  const started = startCommand().parseAsync(['--data', data, `${flag}=${value}`], { from: 'user' })

  await expect(started).rejects.toThrow(InvalidInputError)
  await expect(started).rejects.toThrow(new RegExp(`^${flag}: expected `))
  expect(existsSync(data)).toBe(false)
})
