import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'
import { installParts } from '../../real/install.ts'
import { freshFolder, removeFolder } from '../../real/parts/background.ts'
import { startDistribution } from '../../real/parts/distribution.ts'
import { runOrThrow } from '../../real/parts/run.ts'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'
import { judge, readLeft } from './judge.ts'
import { type Contest, ratioLine, rivalLines, shelflifeLines } from './report.ts'
import { type Rival, runRival } from './run-rival.ts'
import { runShelflife } from './run-shelflife.ts'
import { block, newest, seedWorld, type World } from './world.ts'

interface Seeded {
  readonly world: World
  /** What a copy is made of for each contestant. */
  readonly registryFolder: string
  /** For everybody's folders. */
  readonly folder: string
}

/**
 * Shelflife beside regbot and the usual scripts of regctl and crane: each gets a copy of the same registry and keeps the newest 20
 * of so many versions. Prints what each needed, lost and left. Gets the real parts first.
 */
export async function benchRivals(versions: number): Promise<void> {
  if (!Number.isInteger(versions / block) || versions < 10 * block)
    throw new InvalidInputError(`--versions: expected a multiple of ${block} from ${10 * block} on, got ${versions}`)
  await installParts()
  const folder = freshFolder('rivals')
  try {
    const registryFolder = join(folder, 'seeded')
    const world = seedWorld(registryFolder, versions)
    console.log(`${versions} versions, ${world.tags.size} tags on distribution 3: keep the newest ${newest} versions`)
    await compare({ world, registryFolder, folder })
  } finally {
    removeFolder(folder)
  }
}

async function compare(seeded: Seeded): Promise<void> {
  const print = (lines: readonly string[]) => console.log(lines.join('\n'))
  for (const rival of ['regctl', 'crane'] as const) print(rivalLines(rival, await contest(rival, seeded)))
  const before = await contest('regbot', seeded)
  print(rivalLines('regbot', before))
  const { world } = seeded
  const shelflife = await onCopy('shelflife', seeded, ({ url }, folder) => runShelflife(url, world, folder))
  print(shelflifeLines(shelflife, world.tags.size))
  const after = await contest('regbot', seeded)
  print([`regbot once more: ${after.run.seconds.toFixed(1)} s`, ratioLine(shelflife, [before, after])])
}

const contest = (rival: Rival, seeded: Seeded) =>
  onCopy(rival, seeded, ({ host }, folder) => runRival(rival, host, folder))

/** Lets a contestant at a registry that starts as a copy of the seeded one, and looks at what is left of it. */
async function onCopy<T>(
  name: string,
  seeded: Seeded,
  runOn: (proxy: CountingProxy, folder: string) => Promise<T>,
): Promise<Contest<T>> {
  const folder = join(seeded.folder, name)
  const dataFolder = join(folder, 'registry')
  mkdirSync(folder)
  cpSync(seeded.registryFolder, dataFolder, { recursive: true })
  // Else whoever comes first after the copy shares the disk with its writes.
  await runOrThrow('sync', ['--file-system', dataFolder])
  const registry = await startDistribution({ version: '3', dataFolder })
  const proxy = await startCountingProxy(registry.url)
  try {
    const run = await runOn(proxy, folder)
    return { run, requests: proxy.requests, judgement: judge(seeded.world, readLeft(dataFolder)) }
  } finally {
    await proxy.stop()
    await registry.stop()
    removeFolder(folder)
  }
}
