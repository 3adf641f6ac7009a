// The command as one file. Plain JavaScript, so that it can share what starts the command of a clone.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { allocatorOf, heapFlagsOf } from '../../../cli/node-flags.js'

const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  console.error(`shelflife: expected Node 24 or later, got ${process.version}`)
  process.exit(1)
}
if (!isMainThread) await import('../../../cli/io/second-part-thread.ts')
else {
  if (process.env.SHELFLIFE_CALLED_AS === undefined) becomeTuned()
  const { run } = await import('../../../cli/run.ts')
  run()
}

/** The same process anew, with the flags that only the start of Node takes. */
function becomeTuned() {
  const [, script, command, ...rest] = process.argv
  process.env.SHELFLIFE_CALLED_AS = script
  if (!process.execve || process.platform === 'win32') return
  // Of what the engine calls; Node says nothing of it below node_modules.
  const quiet = '--disable-warning=DEP0169'
  const args = [...process.execArgv, quiet, ...heapFlagsOf(command), fileURLToPath(import.meta.url)]
  const words = command === undefined ? [] : [command, ...rest]
  process.execve(process.execPath, [process.execPath, ...args, ...words], {
    NODE_COMPILE_CACHE: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'shelflife', 'compiled'),
    ...allocatorOf(command),
    ...process.env,
  })
}
