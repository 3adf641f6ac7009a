import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { startBackground } from '../../real/parts/background.ts'
import { testFolder } from './aws/embedded-aws.ts'

const manifests = new URL('../../../deploy/kubernetes/', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, manifests), 'utf8')
const program = new URL('../../../cli/shelflife.ts', import.meta.url).pathname

/** The arguments that the Deployment gives to the image. */
function argsOfDeployment(): string[] {
  const documents = parseAllDocuments(textOf('workload.yaml')).map(one => one.toJS())
  return documents.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers[0].args
}

/** A process as the Deployment starts it, with these arguments, whose cluster does not answer. */
async function startPod(args: readonly string[]) {
  const folder = await testFolder()
  const data = join(folder, 'data')
  mkdirSync(join(folder, 'secrets'))
  for (const name of ['token', 'ca.crt', 'secrets/harbor-webhook']) writeFileSync(join(folder, name), 'only-for-tests')
  writeFileSync(join(folder, 'settings.json'), textOf('settings.json'))
  const mounts = [`--in-cluster=${folder}`, `--settings=${folder}/settings.json`, `--secrets=${folder}/secrets`]
  const pod = await startBackground({
    command: process.execPath,
    args: [program, ...args, ...mounts, `--data=${data}`, '--listen=0'],
    folder,
    env: { ...process.env, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' },
    isReady: async () => readFileSync(join(data, 'endpoints.json')),
  })
  onTestFinished(() => pod.stop())
  const run = (...words: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [program, ...words, '--data', data]).catch(error => error)
  return { data, run }
}

it('a Pod of the Deployment prints the address by which the registries of its cluster reach it', async () => {
  const { run } = await startPod(argsOfDeployment())

  const { stdout, stderr } = await run('webhook', 'harbor.example.com')

  expect(stdout, stderr).toContain('http://shelflife.shelflife.svc/webhook/harbor')
  expect(stdout).not.toContain('127.0.0.1')
})

it('a Pod that nobody told its address asks for it, and says what a removal needs', async () => {
  const { data, run } = await startPod(argsOfDeployment().filter(one => !one.startsWith('--url')))

  const [refused, named, removal] = await Promise.all([
    run('webhook', 'harbor.example.com'),
    run('webhook', 'harbor.example.com', '--url', 'https://hooks.example.com'),
    run('uninstall', '--plan'),
  ])

  expect(refused.stderr).toContain('expected --url, such as http://shelflife.shelflife.svc')
  expect(refused.stdout).toBe('')
  expect(named.stdout, named.stderr).toContain('https://hooks.example.com/webhook/harbor')
  const id = readFileSync(join(data, 'installation-id'), 'utf8').trim()
  expect(removal.stdout, removal.stderr).toContain(`kubectl delete -k deploy/kubernetes   # only if HOLDER is ${id}`)
})
