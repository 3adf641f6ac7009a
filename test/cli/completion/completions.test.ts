import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { completionCommand } from '../../../cli/completion/command.ts'
import { completions } from '../../../cli/completion/completions.ts'
import { explainCommand } from '../../../cli/explain/command.ts'
import { planCommand } from '../../../cli/plan/command.ts'
import { restoreCommand } from '../../../cli/restore/command.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

const program = () =>
  new Command('shelflife')
    .addCommand(planCommand())
    .addCommand(explainCommand())
    .addCommand(restoreCommand())
    .addCommand(completionCommand())

/** What is offered where the last of the words is being typed. */
const offered = (...words: readonly string[]) => completions(program(), words, words.length - 1)

describe('completion', () => {
  it('offers the commands that begin as the word does', async () => {
    expect(await offered('')).toEqual(['completion', 'explain', 'help', 'plan', 'restore'])
    expect(await offered('re')).toEqual(['restore'])
    expect(await offered('help', 'pl')).toEqual(['plan'])
    expect(await offered('nonsense', '')).toEqual([])
  })

  it('offers the flags of a command that are not given yet', async () => {
    expect(await offered('plan', '--po')).toEqual(['--policy', '--policy-name'])
    expect(await offered('plan', '--policy', 'p.yaml', '--po')).toEqual(['--policy-name'])
  })

  it('offers the choices of a flag and of an argument', async () => {
    expect(await offered('plan', '-o', '')).toEqual(['json', 'ndjson', 'table'])
    expect(await offered('plan', '--output=j')).toEqual(['--output=json'])
    expect(await offered('completion', '')).toEqual(['bash', 'zsh'])
    expect(await offered('completion', 'bash', '')).toEqual([])
  })

  it('answers only what bash replaces where bash has cut the word', async () => {
    expect(await offered('plan', '--output', '=', 'j')).toEqual(['json'])
    expect(await offered('plan', '--output', '=')).toEqual(['json', 'ndjson', 'table'])
  })

  it('leaves files to the shell', async () => {
    expect(await offered('plan', '--images', '')).toEqual([])
  })

  it('offers no names where no installation was started', async () => {
    expect(await offered('explain', '--data', await testFolder(), '')).toEqual([])
  })

  it.each([
    ['before', (data: string) => ['explain', '--data', data, ''], 3],
    ['behind', (data: string) => ['explain', '', '--data', data], 1],
  ])('asks the installation that a flag %s the cursor chooses', async (_, typed, cursor) => {
    const { data, seen } = await silentInstallation()

    const offered = completions(program(), typed(data), cursor, 60_000)
    await vi.waitFor(() => expect(seen.asked).toBe(1), { timeout: 60_000 })
    seen.hangUp()

    expect(await offered).toEqual([])
  })

  it('does not wait for an installation that does not answer', async () => {
    const { data, seen } = await silentInstallation()

    const lines = await completions(program(), ['explain', '--data', data, ''], 3, 50)

    expect(lines).toEqual([])
    // The command's own patience is longer, and would have ended the request.
    expect(seen.given).toBe(0)
  })
})

/** The folder of one that seems to run, and hears what it is asked. */
async function silentInstallation() {
  const data = await testFolder()
  const seen = { asked: 0, given: 0, hangUp: () => server.closeAllConnections() }
  const server = createServer(request => {
    seen.asked += 1
    request.once('close', () => (seen.given += 1))
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => server.closeAllConnections())
  onTestFinished(() => void server.close())
  const aws = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  writeFileSync(join(data, 'endpoints.json'), JSON.stringify({ aws, dynamodb: aws }))
  writeFileSync(join(data, 'process.lock'), String(process.ppid))
  return { data, seen }
}
