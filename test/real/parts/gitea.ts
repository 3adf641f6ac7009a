import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { startInFreshFolder } from './background.ts'
import { readParts } from './cache.ts'
import { freePort } from './free-port.ts'
import { run, runOrThrow } from './run.ts'

/** Of the one user, who may do everything. */
const giteaLogin = { username: 'ci', password: 'only-for-tests' }

export interface Gitea {
  url: string
  /** `127.0.0.1:PORT`, before `/OWNER/IMAGE` in a reference. */
  host: string
  username: string
  /** With every scope: the password of the registry, and `Authorization: token …` of the API. */
  token: string
  logFile: string
  /** Calls `/api/v1` with the token; gives what the answer holds, and throws for one that is no success. */
  api(method: string, path: string, body?: object): Promise<unknown>
  stop(): Promise<void>
}

function settingsOf(folder: string, port: number, sources: string): string {
  const { username, uid } = userInfo()
  return `
RUN_USER = ${username}
WORK_PATH = ${folder}
${uid === 0 ? 'I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true' : ''}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
STATIC_ROOT_PATH = ${sources}
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
[security]
INSTALL_LOCK = true
SECRET_KEY = only-for-tests
PASSWORD_HASH_ALGO = pbkdf2_v1
[indexer]
ISSUE_INDEXER_TYPE = db
[webhook]
ALLOWED_HOST_LIST = loopback
[log]
LEVEL = warn
`
}

/** Templates and texts lie in the folder of the module, which the build had to download. */
async function sourcesOfGitea(): Promise<string> {
  const cwd = resolve(import.meta.dirname, '../go/gitea')
  const printed = await runOrThrow('go', ['mod', 'download', '-json', 'code.gitea.io/gitea'], { cwd })
  return z.object({ Dir: z.string() }).parse(JSON.parse(printed)).Dir
}

/** Starts Gitea with a container registry, its own token realm, packages and webhooks to loopback addresses. */
export async function startGitea(): Promise<Gitea> {
  const command = readParts().gitea
  const host = `127.0.0.1:${await freePort()}`
  const url = `http://${host}`
  const sources = await sourcesOfGitea()
  let settings = ''
  let env: NodeJS.ProcessEnv = {}
  const isReady = async () => (await fetch(`${url}/api/healthz`, { signal: AbortSignal.timeout(2_000) })).ok
  const { logFile, stop } = await startInFreshFolder('gitea', folder => {
    settings = join(folder, 'app.ini')
    env = { PATH: process.env.PATH, HOME: folder }
    writeFileSync(settings, settingsOf(folder, Number(new URL(url).port), sources))
    return { command, args: ['--config', settings, 'web'], env, isReady }
  })
  try {
    // Only now there are tables.
    await createUser(command, settings, env)
    const token = await createToken(url)
    const api = (method: string, path: string, body?: object) =>
      call(`${url}/api/v1${path}`, `token ${token}`, method, body)
    return { url, host, username: giteaLogin.username, token, logFile, api, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function createUser(command: string, settings: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { username, password } = giteaLogin
  const user = ['--username', username, '--password', password, '--email', 'ci@example.com', '--admin']
  const args = ['--config', settings, 'admin', 'user', 'create', ...user, '--must-change-password=false']
  const { exitCode, stdout, stderr } = await run(command, args, { env })
  if (exitCode !== 0) throw new Error(`expected Gitea to make the user ${username}\n${stderr}${stdout}`)
}

async function createToken(url: string): Promise<string> {
  const { username, password } = giteaLogin
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const created = await call(`${url}/api/v1/users/${username}/tokens`, basic, 'POST', { name: 'all', scopes: ['all'] })
  return z.object({ sha1: z.string() }).parse(created).sha1
}

async function call(url: string, authorization: string, method: string, body?: object): Promise<unknown> {
  const headers = { authorization, 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`expected ${method} ${url} to succeed, got ${response.status}: ${text}`)
  return text ? JSON.parse(text) : undefined
}
