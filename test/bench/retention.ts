import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { judge } from '../../shared/domain/retention/judge.ts'
import { baselinePlan } from './retention-baseline.ts'
import { type Measured, measure, type Task } from './retention-process.ts'
import { checkOut, ownTree } from './retention-tree.ts'
import {
  type BenchWorld,
  benchImages,
  benchNow,
  benchPolicy,
  benchUsage,
  benchWorlds,
  eachBenchImage,
} from './retention-worlds.ts'

type Write = (line: string) => void

/** So often in turn, where two trees are held against each other; the middle one counts. */
const pairs = 3

/**
 * Judging from memory and from file to file, in every world; beside the same by the sources of `against`, in turn, where
 * a commit is given; else then beside a planner of the usual shape.
 */
export const benchRetention = async (against?: string, write: Write = console.log): Promise<void> => {
  const other = against === undefined ? undefined : checkOut(against)
  // Small worlds show how time grows; beside another commit they only take time.
  const worlds = other === undefined ? [...smaller, ...benchWorlds] : benchWorlds
  const folder = await mkdtemp(join(tmpdir(), 'retention-'))
  try {
    write('retention: judged and explained from memory (goal: a million images in 0.6 s and 256 MB above the images)')
    for (const world of worlds) await report(titleOf(world), { kind: 'memory', world }, other?.root, write)
    write('retention: from NDJSON file to NDJSON verdicts (goal: a million images in 4 s and 300 MB)')
    for (const world of worlds) await report(titleOf(world), await filesOf(world, folder), other?.root, write)
  } finally {
    await rm(folder, { recursive: true })
    other?.remove()
  }
  if (other !== undefined) return
  write('retention: beside a planner that looks through all others for each image, in one repository')
  for (const images of [1000, 5000, 10_000, 20_000, 40_000]) compare(images, write)
}

const smaller: readonly BenchWorld[] = [10_000, 100_000].map(images => ({
  name: 'one tag, many repositories',
  images,
  tagsPerImage: 1,
  perRepository: 2000,
}))

const titleOf = ({ name, images, perRepository }: BenchWorld): string =>
  `${count(images)} images of ${name} (${count(Math.ceil(images / perRepository))})`

const report = async (title: string, task: Task, other: string | undefined, write: Write): Promise<void> => {
  const ours: Measured[] = []
  const theirs: Measured[] = []
  const hashes = new Set<string>()
  for (let pair = 0; pair < (other === undefined ? 1 : pairs); pair++) {
    if (other !== undefined) theirs.push(await measured(other, task, hashes))
    ours.push(await measured(ownTree, task, hashes))
  }
  write(`  ${title}: ${textOf(middle(ours))}`)
  if (other === undefined) return
  const ratio = (field: 'cpuMilliseconds' | 'peakMegabytes') =>
    median(ours.map((one, at) => one[field] / (theirs[at]?.[field] ?? one[field]))).toFixed(2)
  const same = task.kind === 'memory' ? '' : hashes.size === 1 ? '; the same bytes' : '; OTHER BYTES'
  write(
    `    before: ${textOf(middle(theirs))}; CPU × ${ratio('cpuMilliseconds')}, peak × ${ratio('peakMegabytes')}${same}`,
  )
}

const measured = async (tree: string, task: Task, hashes: Set<string>): Promise<Measured> => {
  const result = await measure(tree, task)
  if (task.kind === 'file') {
    const hash = createHash('sha256')
    await pipeline(createReadStream(task.plan), hash)
    hashes.add(hash.digest('hex'))
  }
  return result
}

const textOf = ({ milliseconds, cpuMilliseconds, startMegabytes, peakMegabytes }: Measured): string =>
  `${seconds(milliseconds)}, ${seconds(cpuMilliseconds)} of CPU, ${peakMegabytes} MB at the peak, ` +
  `${peakMegabytes - startMegabytes} MB above the start`

const middle = (all: readonly Measured[]): Measured => {
  const sorted = all.toSorted((a, b) => a.cpuMilliseconds - b.cpuMilliseconds)
  const [first] = sorted
  if (first === undefined) throw new Error('expected a measurement, got none')
  return sorted[Math.floor(sorted.length / 2)] ?? first
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const filesOf = async (world: BenchWorld, folder: string): Promise<Task> => {
  const [images, policy] = [join(folder, 'images.ndjson'), join(folder, 'policy.json')]
  await pipeline(linesOf(world), createWriteStream(images))
  await writeFile(policy, JSON.stringify({ spec: { keepRecent: 3, unusedDays: 30 } }))
  return { kind: 'file', policy, images, plan: join(folder, 'plan.ndjson') }
}

function* linesOf(world: BenchWorld): Iterable<string> {
  let block = ''
  for (const image of eachBenchImage(world)) {
    block += `${JSON.stringify({ ...image, pushedAt: image.pushedAt?.toISOString().replace('.000', '') })}\n`
    if (block.length < 1_000_000) continue
    yield block
    block = ''
  }
  yield block
}

const timed = (work: () => unknown): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

const compare = (size: number, write: Write): void => {
  const images = benchImages({ name: 'one repository', images: size, tagsPerImage: 1, perRepository: size })
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { against: { type: 'string' } } })
  await benchRetention(values.against)
}
