#!/usr/bin/env node
// Plain JavaScript that Node 18 understands: it finds the Node that runs the sources, or says in one line what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(new URL('.', import.meta.url)))
const main = fileURLToPath(new URL('shelflife.ts', import.meta.url))

const [node, modules] = findNode()
// A larger young generation lets a plan of a million tags be judged in a quarter of a gigabyte, and a sweep of thousands of
// images spend a third less on collecting it. What stays up for days has half of that, and collects when its heap has grown by a
// third; by itself it lets the heap grow to four times what is in use.
const staysUp = process.argv[2] === 'start'
const heap = staysUp
  ? ['--max-semi-space-size=8', '--initial-old-space-size=64', '--heap-growing-percent=30']
  : ['--max-semi-space-size=16']
const args = [...heap, main, ...process.argv.slice(2)]
// What threads freed goes back to the system, where glibc otherwise holds it for each of them.
const allocator = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' }
// What was compiled once starts in half the time and takes a third less memory.
const env = {
  NODE_COMPILE_CACHE: join(modules, '.cache', 'compiled'),
  ...(staysUp && allocator),
  ...process.env,
  SHELFLIFE_CALLED_AS: process.argv[1],
}
// One process where this Node can become another, two where it is too old for that.
if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], env)
else runBeside()

/** The Node of the project before that of the machine, and the folder with what was installed. */
function findNode() {
  const folders = createRequire(import.meta.url).resolve.paths('commander') ?? []
  const modules = folders.find(folder => existsSync(join(folder, 'commander')))
  if (modules === undefined) fail(`expected installed dependencies in ${root}, found none; run npm ci there first`)
  const bundled = join(modules, 'node', 'bin', 'node')
  if (existsSync(bundled)) return [bundled, modules]
  if (runsTypeScript(process.versions.node)) return [process.execPath, modules]
  return fail(
    `expected Node 22.18 or later, got ${process.version}; npm ci in ${root} installs one beside, unless scripts are ignored`,
  )
}

function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

function fail(text) {
  console.error(`shelflife: ${text}`)
  process.exit(1)
}

function runBeside() {
  const child = spawn(node, args, { stdio: 'inherit', env })
  child.on('error', error => fail(`expected ${node} to run: ${error.message}`))
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'])
    process.on(signal, () => {
      // A terminal sends its own Ctrl-C to both, and the second one ends a program that is about to stop in good order.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
