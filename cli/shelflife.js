#!/usr/bin/env node
// Plain JavaScript that Node 18 understands: it finds the Node that runs the sources, or says in one line what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allocatorOf, heapFlagsOf } from './node-flags.js'

const root = dirname(fileURLToPath(new URL('.', import.meta.url)))
const main = fileURLToPath(new URL('shelflife.ts', import.meta.url))

const [node, modules] = findNode()
const command = process.argv[2]
const args = [...heapFlagsOf(command), main, ...process.argv.slice(2)]
// What was compiled once starts in half the time and takes a third less memory.
const env = {
  NODE_COMPILE_CACHE: join(modules, '.cache', 'compiled'),
  ...allocatorOf(command),
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
  // A signal that comes while the other process begins waits for the next turn, in which there is one to pass it to.
  let child
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'])
    process.on(signal, () => {
      // A terminal sends its own Ctrl-C to both, and the second one ends a program that is about to stop in good order.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  child = spawn(node, args, { stdio: 'inherit', env })
  child.on('error', error => fail(`expected ${node} to run: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
