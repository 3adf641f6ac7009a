import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runPlan } from '../../../cli/plan/run-plan.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { run as runProcess } from '../../real/parts/run.ts'
import { digestOf, manifestType } from '../../shared/domain/retention/retention-world.ts'

/** What a run of the command left behind. */
export interface PlanRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const program = fileURLToPath(new URL('./plan-program.ts', import.meta.url))

/** A folder with the given files, in which commands run; call `remove` at the end. */
export const planFolder = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'plan-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return {
    run: (args: string, input = '', env: Record<string, string> = {}) => run(folder, args.split(' '), input, env),
    /** The same without a process of its own: `terminal` gives both outputs that width. */
    judge: (output: 'json' | 'ndjson' | 'table', terminal?: { readonly columns: number; readonly NO_COLOR?: string }) =>
      judgeHere(folder, output, terminal),
    remove: () => rm(folder, { recursive: true }),
  }
}

const run = async (
  cwd: string,
  args: readonly string[],
  input: string,
  env: Record<string, string>,
): Promise<PlanRun> => {
  const options = { cwd, env: { ...process.env, ...env }, input }
  const { exitCode: code, ...output } = await runProcess(process.execPath, [program, 'plan', ...args], options)
  return { code, ...output }
}

const judgeHere = async (
  folder: string,
  output: 'json' | 'ndjson' | 'table',
  terminal: { readonly columns: number; readonly NO_COLOR?: string } | undefined,
): Promise<PlanRun> => {
  let [stdout, stderr] = ['', '']
  const write = (chunk: Buffer, _: string, done: () => void): void => {
    stdout += chunk.toString()
    done()
  }
  const { columns = 80, NO_COLOR } = terminal ?? {}
  const isTTY = terminal !== undefined
  const streams = {
    stdin: Readable.from([]),
    stdout: Object.assign(new Writable({ write }), { isTTY, columns }),
    stderr: {
      isTTY,
      write: (text: string) => {
        stderr += text
      },
    },
    env: { NO_COLOR },
  }
  const [policy, images, usage] = ['policy.yaml', 'images.json', 'usage.json'].map(name => join(folder, name))
  const now = new Date('2026-11-23T00:00:00Z')
  try {
    await runPlan({ policy: policy ?? '', images: images ?? '', usage: usage ?? '', now, output }, streams)
    return { code: 0, stdout, stderr }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { code: 2, stdout, stderr: error.message.replaceAll(`${folder}/`, '') }
  }
}

export const policyYaml = `
apiVersion: image.theriseunion.io/v1alpha1
kind: ImageCleanupPolicy
metadata:
  name: auto-cleanup
  namespace: production
spec:
  keepRecent: 1
  schedule: "0 2 * * *"
  maxDeletionPercent: 100
`

/** An image of the images file, pushed long ago. */
export const imageJson = (tag: string, more: Readonly<Record<string, unknown>> = {}) => ({
  repository: 'registry.example.com/app',
  digest: digestOf(tag),
  tags: [tag],
  mediaType: manifestType,
  sizeBytes: 1000,
  pushedAt: '2025-11-23T00:00:00Z',
  ...more,
})

export const workloadJson = (image: string) => ({
  cluster: 'eu-1',
  kind: 'Deployment',
  namespace: 'production',
  name: 'myapp',
  image,
  lastSeenAt: '2026-11-22T00:00:00Z',
})

export const imagesJson = (...images: readonly unknown[]): string => JSON.stringify({ images })

export const usageJson = (...workloads: readonly unknown[]): string => JSON.stringify({ complete: true, workloads })
