import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

const main = join(import.meta.dirname, '../../../cli/shelflife.ts')

/** Writes a line for each module that the process loads. */
const recorder = (file: string): string => `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({
  load: (url, context, nextLoad) => {
    appendFileSync(${JSON.stringify(file)}, url + '\\n')
    return nextLoad(url, context)
  },
})
`

/** The modules that `start` loads until it runs. */
async function loadedByStart(): Promise<string[]> {
  const folder = await testFolder()
  const [loaded, preload] = [join(folder, 'loaded'), join(folder, 'recorder.mjs')]
  writeFileSync(preload, recorder(loaded))
  const flags = ['--import', pathToFileURL(preload).href, main, 'start', '--data', join(folder, 'data'), '--port', '0']
  const child = spawn(process.execPath, flags)
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
  })
  const exited = once(child, 'exit')

  await waitUntil(() => said.includes('shelflife is running'), { what: 'the start' })
  child.kill('SIGTERM')
  await exited

  return readFileSync(loaded, 'utf8').split('\n')
}

it('start loads neither the generated API of the Kubernetes client, a third of its memory, nor undici', async () => {
  const modules = await loadedByStart()

  expect(modules.filter(url => url.endsWith('/@kubernetes/client-node/dist/config.js'))).toHaveLength(1)
  expect(
    modules.filter(url => /\/client-node\/dist\/gen\/(index|apis|models)|\/node_modules\/undici\//.test(url)),
  ).toEqual([])
})

it('start loads no client of AWS but those of what it embeds: the others are a third of the memory of an idle process', async () => {
  const modules = await loadedByStart()

  const clients = modules.flatMap(url => /@aws-sdk\/client-([^/]+)\/dist-cjs\/index\.js$/.exec(url)?.[1] ?? [])

  expect(clients.sort()).toEqual(['dynamodb', 'eventbridge', 's3', 'secrets-manager', 'sqs', 'ssm'])
})
