import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

interface FakeRuntime {
  readonly name: string
  /** The artifact of each version, from the first. */
  readonly versions: object[]
  readonly endpoints: Map<string, { readonly liveVersion: string; readonly targetVersion?: string }>
}

/** Which operation a path is of; all lists are posts. */
const paths: readonly (readonly [string, RegExp])[] = [
  ['ListAgentRuntimes', /^\/runtimes\/$/],
  ['GetAgentRuntime', /^\/runtimes\/(?<agentRuntimeId>[^/]+)\/$/],
  ['ListAgentRuntimeVersions', /^\/runtimes\/(?<agentRuntimeId>[^/]+)\/versions\/$/],
  ['ListAgentRuntimeEndpoints', /^\/runtimes\/(?<agentRuntimeId>[^/]+)\/runtime-endpoints\/$/],
]

/** The call of AgentCore that a request is, or undefined for one of another service. */
export function agentCoreCallOf({ pathname, searchParams }: URL) {
  for (const [operation, path] of paths) {
    const found = path.exec(pathname)
    if (found !== null) return { operation, input: { ...Object.fromEntries(searchParams), ...found.groups } }
  }
  return undefined
}

export const container = (containerUri: string) => ({ containerConfiguration: { containerUri } })

/** The agent runtimes of one region as AgentCore tells of them: each change is a new version, and `DEFAULT` is at the newest. */
export class FakeAgentCore {
  readonly #runtimes = new Map<string, FakeRuntime>()

  deploy(name: string, artifact: object): void {
    const id = `${name}-0123456789`
    const runtime: FakeRuntime = this.#runtimes.get(id) ?? { name, versions: [], endpoints: new Map() }
    runtime.versions.push(artifact)
    runtime.endpoints.set('DEFAULT', { liveVersion: String(runtime.versions.length) })
    this.#runtimes.set(id, runtime)
  }

  /** Leaves an endpoint at a version, on its way to another where one is named. */
  point(name: string, endpoint: string, liveVersion: string, targetVersion?: string): void {
    const at = { liveVersion, ...(targetVersion !== undefined && { targetVersion }) }
    this.#runtimes.get(`${name}-0123456789`)?.endpoints.set(endpoint, at)
  }

  answer(operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer {
    const { nextToken, agentRuntimeId, version } = input
    const page = (all: readonly unknown[], key: string) => ({ body: pageOf(all, nextToken, key, 'nextToken') })
    const summary = (id: string, { name }: FakeRuntime, at: number) => ({
      agentRuntimeId: id,
      agentRuntimeName: name,
      agentRuntimeVersion: String(at),
      lastUpdatedAt: new Date(1_700_000_000_000 + at).toISOString(),
    })
    if (operation === 'ListAgentRuntimes')
      return page(
        [...this.#runtimes].map(([id, one]) => summary(id, one, one.versions.length)),
        'agentRuntimes',
      )
    const id = String(agentRuntimeId)
    const runtime = this.#runtimes.get(id)
    if (runtime === undefined) return { status: 404, error: 'ResourceNotFoundException' }
    if (operation === 'ListAgentRuntimeEndpoints')
      return page(
        [...runtime.endpoints].map(([name, at]) => ({ name, ...at })),
        'runtimeEndpoints',
      )
    if (operation === 'ListAgentRuntimeVersions')
      return page(
        runtime.versions.map((_, at) => summary(id, runtime, at + 1)),
        'agentRuntimes',
      )
    const at = Number(version ?? runtime.versions.length)
    return { body: { ...summary(id, runtime, at), agentRuntimeArtifact: runtime.versions[at - 1] } }
  }
}
