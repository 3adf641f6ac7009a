import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { cached, readParts } from '../../real/parts/cache.ts'
import { watchPeak } from './peak-memory.ts'
import { newest, repository } from './world.ts'

/** Whoever needs longer is stopped there. */
const budgetMs = 15 * 60_000

export type Rival = 'regbot' | 'regctl' | 'crane'

export interface RivalRun {
  readonly seconds: number
  readonly memoryMib: number
  /** Empty where it did all of its job. */
  readonly remark: string
}

const listOld = `grep -E '^v[0-9]+\\.[0-9]+\\.[0-9]+$' | sort -V | head -n -${newest}`

/** What people write: no rival keeps the newest by itself. */
const commands: Record<Rival, (host: string, folder: string) => readonly string[]> = {
  regbot: (host, folder) => [readParts().regbot, 'once', '--config', writeRegbotFile(host, folder)],
  regctl: host => {
    const regctl = `'${readParts().regctl}' --host reg=${host},tls=disabled`
    const path = `${host}/${repository}`
    return script(`${regctl} tag ls ${path} | ${listOld} | while read -r tag; do ${regctl} tag rm "${path}:$tag"; done`)
  },
  crane: host => {
    const crane = `'${readParts().crane}'`
    const path = `${host}/${repository}`
    const remove = `${crane} delete "${path}@$(${crane} digest "${path}:$tag")"`
    return script(`${crane} ls ${path} | ${listOld} | while read -r tag; do ${remove}; done`)
  },
}

const script = (text: string): readonly string[] => ['sh', '-c', text]

/** Runs a rival to its end, or to the end of its time, with an empty home folder. */
export async function runRival(rival: Rival, host: string, folder: string): Promise<RivalRun> {
  const [command = '', ...args] = commands[rival](host, folder)
  const env = { PATH: process.env.PATH, HOME: cached('home') }
  const startedAt = performance.now()
  const child = spawn(command, args, { env, cwd: folder, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close') as Promise<[number | null]>
  const peak = watchPeak(child.pid as number)
  let complaints = ''
  child.stderr.on('data', chunk => {
    complaints = `${complaints}${chunk}`.slice(-2_000)
  })
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), budgetMs)
  const [exitCode] = await ended
  clearTimeout(timer)
  const memoryMib = peak.stop()
  const remark =
    exitCode === null
      ? `stopped after ${budgetMs / 60_000} min`
      : exitCode === 0
        ? ''
        : `exit ${exitCode}: ${complaints}`
  return { seconds: (performance.now() - startedAt) / 1000, memoryMib, remark }
}

/** @see https://regclient.org/usage/regbot/ */
function writeRegbotFile(host: string, folder: string): string {
  const lua = `
local path = "${host}/${repository}"
local versions = {}
for _, name in ipairs(tag.ls(path)) do
  local major, minor, patch = string.match(name, "^v(%d+)%.(%d+)%.(%d+)$")
  if major then
    table.insert(versions, { name = name, order = tonumber(major) * 1e12 + tonumber(minor) * 1e6 + tonumber(patch) })
  end
end
table.sort(versions, function(a, b) return a.order > b.order end)
for at = ${newest} + 1, #versions do
  tag.delete(path .. ":" .. versions[at].name)
end
`
  const file = join(folder, 'regbot.yml')
  const creds = [{ registry: host, tls: 'disabled' }]
  writeFileSync(file, stringify({ version: 1, creds, scripts: [{ name: 'newest', timeout: '1h', script: lua }] }))
  return file
}
