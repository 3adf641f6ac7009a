import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { Image } from '../../shared/domain/image.ts'
import { judge } from '../../shared/domain/retention/judge.ts'
import { baselinePlan } from './retention-baseline.ts'
import { benchImages, benchNow, benchPolicy, benchUsage } from './retention-worlds.ts'

type Write = (line: string) => void

interface Measured {
  readonly images: number
  readonly milliseconds: number
  readonly inputMegabytes?: number
  readonly peakMegabytes: number
}

const self = fileURLToPath(import.meta.url)
/** Each measurement has a process of its own, begun as the command begins: its peak is that of nothing else. */
const nodeFlags = ['--max-semi-space-size=16', '--expose-gc']
const compiled = join(import.meta.dirname, '../../node_modules/.cache/compiled')

/** Judging from memory and from a file as the number of tags grows, then beside a planner of the usual shape. */
export const benchRetention = async (write: Write = console.log): Promise<void> => {
  write('retention: judged and explained from memory (goal: a million tags in 0.3 s and 256 MB)')
  for (const [tags, perImage] of [
    [10_000, 4],
    [100_000, 4],
    [1_000_000, 4],
    [1_000_000, 1],
  ] as const) {
    const { images, milliseconds, inputMegabytes, peakMegabytes } = await inProcess(['memory', tags, perImage])
    write(
      `  ${count(tags)} tags on ${count(images)} images: ${seconds(milliseconds)}, ` +
        `${peakMegabytes} MB at the peak, of which ${inputMegabytes} MB were there before`,
    )
  }
  write('retention: from NDJSON file to NDJSON verdicts (goal: a million tags in 4 s and 300 MB)')
  for (const tags of [10_000, 100_000, 1_000_000]) {
    const { milliseconds, peakMegabytes } = await fromFile(tags)
    write(`  ${count(tags)} tags: ${seconds(milliseconds)}, ${peakMegabytes} MB at the peak`)
  }
  write('retention: beside a planner that looks through all others for each image, in one repository')
  for (const images of [1000, 5000, 10_000, 20_000, 40_000]) compare(images, write)
}

const inProcess = async (args: readonly (string | number)[]): Promise<Measured> => {
  const child = spawn(process.execPath, [...nodeFlags, self, ...args.map(String)], {
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

const report = (measured: Omit<Measured, 'peakMegabytes'>): void => {
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  process.stderr.write(JSON.stringify({ ...measured, peakMegabytes }))
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1024 / 1024)

/** Every verdict, rule and reason is read, three times over; the best time counts, as the first pays for compiling. */
const measureMemory = (tags: number, perImage: number): void => {
  const images = benchImages(tags, perImage)
  const usage = benchUsage(images)
  globalThis.gc?.()
  const inputMegabytes = megabytes()
  const times = [1, 2, 3].map(() => timed(() => judgeAndExplain(images, usage)))
  report({ images: images.length, milliseconds: Math.min(...times), inputMegabytes })
}

const judgeAndExplain = (images: readonly Image[], usage: ReturnType<typeof benchUsage>): number => {
  let length = 0
  const judgement = judge({ images, usage, policies: [benchPolicy], now: benchNow })
  for (const { verdict, rule, reason } of judgement.eachDecision())
    length += verdict.length + rule.length + reason.length
  return length
}

const timed = (work: () => unknown): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

const fromFile = async (tags: number): Promise<Measured> => {
  const folder = await mkdtemp(join(tmpdir(), 'retention-'))
  try {
    const images = join(folder, 'images.ndjson')
    await pipeline(linesOf(tags), createWriteStream(images))
    const policy = join(folder, 'policy.json')
    await writeFile(policy, JSON.stringify({ spec: { keepRecent: 3, unusedDays: 30 } }))
    return await inProcess(['file', policy, images, join(folder, 'plan.ndjson')])
  } finally {
    await rm(folder, { recursive: true })
  }
}

function* linesOf(tags: number): Iterable<string> {
  let block = ''
  for (const image of benchImages(tags, 1)) {
    block += `${JSON.stringify({ ...image, pushedAt: image.pushedAt?.toISOString().replace('.000', '') })}\n`
    if (block.length < 1_000_000) continue
    yield block
    block = ''
  }
  yield block
}

const measureFile = async (policy: string, images: string, plan: string): Promise<void> => {
  const { runPlan } = await import('../../cli/plan/run-plan.ts')
  const started = performance.now()
  const stdout = createWriteStream(plan)
  const streams = { stdin: process.stdin, stdout, stderr: { write: () => undefined }, env: {} }
  await runPlan({ policy, images, usage: 'none', now: benchNow, output: 'ndjson' }, streams)
  await new Promise(resolve => stdout.end(resolve))
  report({ images: 0, milliseconds: performance.now() - started })
}

const compare = (size: number, write: Write): void => {
  const images = benchImages(size, 1).map(image => ({ ...image, repository: 'registry.example.com/app' }))
  const usage = benchUsage(images)
  let [ours, theirs] = [0, 0]
  const milliseconds = Math.min(
    ...[1, 2, 3].map(() =>
      timed(() => {
        ours = judge({ images, usage, policies: [benchPolicy], now: benchNow }).totals.kept
      }),
    ),
  )
  const baseline = timed(() => {
    theirs = baselinePlan(images, benchPolicy, usage, benchNow).filter(({ keep }) => keep).length
  })
  const ratio = Math.round(baseline / milliseconds)
  write(
    `  ${count(size)} images: ${seconds(milliseconds)} beside ${seconds(baseline)}, ${count(ratio)} times as fast ` +
      `(${count(ours)} and ${count(theirs)} kept)`,
  )
}

const count = (number: number): string => number.toLocaleString('en')

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(3)} s`

if (process.argv[1] === self) {
  const [, , what = '', ...rest] = process.argv
  if (what === 'memory') measureMemory(Number(rest[0]), Number(rest[1]))
  else if (what === 'file') await measureFile(rest[0] ?? '', rest[1] ?? '', rest[2] ?? '')
  else await benchRetention()
}
