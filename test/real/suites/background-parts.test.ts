import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { freshFolder, removeFolder, startInFreshFolder } from '../parts/background.ts'
import { waitUntil } from '../parts/wait-until.ts'

const never = () => Promise.resolve(false)

it('shows the end of the log of a part that ends before it is ready', async () => {
  const args = ['-c', 'echo no space left on device; exit 3']
  const start = startInFreshFolder('broken', () => ({ command: 'sh', args, isReady: never }))

  await expect(start).rejects.toThrow(/expected sh to run, it ended with 3; the end of its log:\nno space left on/)
})

it('shows the end of the log of a part that is not ready in time', async () => {
  const args = ['-c', 'echo still loading; exec sleep 60']
  const start = startInFreshFolder('slow', () => ({ command: 'sh', args, isReady: never, deadlineMs: 300 }))

  await expect(start).rejects.toThrow(/waited 0.3 s for sh to be ready; the end of its log:\nstill loading/)
})

const parent = `
import { readFileSync } from 'node:fs'
import { startInFreshFolder } from ${JSON.stringify(new URL('../parts/background.ts', import.meta.url).href)}
let file
const part = await startInFreshFolder('orphan', folder => {
  file = folder + '/pids'
  return {
    command: 'sh',
    args: ['-c', 'sleep 60 & echo $$ $! > pids.new; mv pids.new pids; wait'],
    isReady: async () => readFileSync(file, 'utf8'),
  }
})
console.log(readFileSync(file, 'utf8'))
setInterval(() => {}, 1000)
`

/** A zombie that its new parent has not buried yet is as good as gone, and has no memory maps any more. */
const isAlive = (pid: string) => existsSync(`/proc/${pid}/exe`)

it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  'ends a part and its children when %s ends the tests',
  async signal => {
    const leftovers = freshFolder('killed')
    const tests = spawn(process.execPath, ['--input-type=module', '-e', parent], {
      env: { ...process.env, TMPDIR: leftovers },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [chunk] = await once(tests.stdout, 'data')
    const pids = String(chunk).trim().split(' ')
    expect(pids.map(isAlive)).toEqual([true, true])

    tests.kill(signal)

    await waitUntil(() => !pids.some(isAlive), { what: 'the part and its child to end', deadlineMs: 10_000 })
    removeFolder(leftovers)
  },
)
