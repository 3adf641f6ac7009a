import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packagesOf } from './retention-tree.ts'
import { type BenchWorld, benchImages, benchNow, benchPolicy, benchUsage } from './retention-worlds.ts'

/** What one process took. CPU is user and system time of all its threads; megabytes are of resident memory. */
export interface Measured {
  readonly milliseconds: number
  readonly cpuMilliseconds: number
  readonly startMegabytes: number
  readonly peakMegabytes: number
}

/** What is measured: judging a world from memory, or the command from file to file. */
export type Task =
  | { readonly kind: 'memory'; readonly world: BenchWorld }
  | { readonly kind: 'file'; readonly policy: string; readonly images: string; readonly plan: string }

const self = fileURLToPath(import.meta.url)
/** Each measurement has a process of its own, begun as the command begins: its peak is that of nothing else. */
const nodeFlags = ['--max-semi-space-size=16', '--expose-gc']

/** Does a task with the sources of a tree. */
export const measure = async (tree: string, task: Task): Promise<Measured> => {
  const compiled = join(packagesOf(tree), '.cache', 'compiled')
  const child = spawn(process.execPath, [...nodeFlags, self, tree, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  if (code !== 0) throw new Error(`the measurement failed: ${said}`)
  return JSON.parse(said)
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1024 / 1024)

const timed = async (work: () => unknown): Promise<Pick<Measured, 'milliseconds' | 'cpuMilliseconds'>> => {
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { milliseconds: performance.now() - started, cpuMilliseconds: (user + system) / 1000 }
}

/** Every verdict, rule and reason is read, three times over; the best time counts, as the first pays for compiling. */
const judgeFromMemory = async (tree: string, world: BenchWorld) => {
  const { judge }: typeof import('../../shared/domain/retention/judge.ts') = await import(
    join(tree, 'shared/domain/retention/judge.ts')
  )
  const images = benchImages(world)
  const usage = benchUsage(images)
  globalThis.gc?.()
  const startMegabytes = megabytes()
  const judgeAndExplain = (): number => {
    let length = 0
    const judgement = judge({ images, usage, policies: [benchPolicy], now: benchNow })
    for (const { verdict, rule, reason } of judgement.eachDecision())
      length += verdict.length + rule.length + reason.length
    return length
  }
  const times = [await timed(judgeAndExplain), await timed(judgeAndExplain), await timed(judgeAndExplain)]
  const [best] = times.sort((a, b) => a.milliseconds - b.milliseconds)
  return { ...best, startMegabytes }
}

const planFile = async (tree: string, { policy, images, plan }: Task & { kind: 'file' }) => {
  const { runPlan }: typeof import('../../cli/plan/run-plan.ts') = await import(join(tree, 'cli/plan/run-plan.ts'))
  const startMegabytes = megabytes()
  const taken = await timed(async () => {
    const stdout = createWriteStream(plan)
    const streams = { stdin: process.stdin, stdout, stderr: { write: () => undefined }, env: {} }
    await runPlan({ policy, images, usage: 'none', now: benchNow, output: 'ndjson' }, streams)
    await new Promise(resolve => stdout.end(resolve))
  })
  return { ...taken, startMegabytes }
}

if (process.argv[1] === self) {
  const [, , tree = '', text = ''] = process.argv
  const task: Task = JSON.parse(text)
  const taken = task.kind === 'memory' ? await judgeFromMemory(tree, task.world) : await planFile(tree, task)
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  process.stderr.write(JSON.stringify({ ...taken, peakMegabytes }))
}
