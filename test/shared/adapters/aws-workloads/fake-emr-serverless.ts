import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

interface Configured {
  readonly imageConfiguration?: object
  readonly workerTypeSpecifications?: object
  readonly interactiveConfiguration?: { readonly sessionEnabled?: boolean }
}

interface FakeRun extends Configured {
  readonly applicationId: string
  readonly jobRunId: string
  readonly state: string
  readonly attempt: number
}

/** Which operation a path is of, and what it names. */
const paths: readonly (readonly [string, RegExp])[] = [
  ['ListApplications', /^\/applications$/],
  ['GetApplication', /^\/applications\/(?<applicationId>[^/]+)$/],
  ['ListJobRuns', /^\/applications\/(?<applicationId>[^/]+)\/jobruns$/],
  ['ListSessions', /^\/applications\/(?<applicationId>[^/]+)\/sessions$/],
  ['GetJobRun', /^\/applications\/(?<applicationId>[^/]+)\/jobruns\/(?<jobRunId>[^/]+)$/],
]

/** The call of EMR Serverless that a request is, or undefined for one of another service. */
export function emrCallOf({ pathname, searchParams }: URL) {
  for (const [operation, path] of paths) {
    const found = path.exec(pathname)
    if (found === null) continue
    const states = searchParams.getAll('states')
    return { operation, input: { ...Object.fromEntries(searchParams), states, ...found.groups } }
  }
  return undefined
}

/**
 * Applications, job runs and sessions of one region as EMR Serverless tells of them: their lists name no images, and runs and
 * sessions of every state are listed where none is asked for. One without sessions refuses to list them.
 */
export class FakeEmrServerless {
  readonly #applications = new Map<string, Configured & { readonly state: string; readonly updatedAt: number }>()
  readonly #sessions = new Map<string, { readonly applicationId: string; readonly state: string }>()
  #changes = 0
  readonly #runs: FakeRun[] = []

  application(id: string, configured: Configured = {}, state = 'STARTED'): void {
    this.#changes += 1
    this.#applications.set(id, { ...configured, state, updatedAt: 1_700_000_000 + this.#changes })
  }

  /** One without a configuration is listed, and gone when it is asked for. */
  run(applicationId: string, jobRunId: string, state: string, configured: Configured = {}, attempt = 1): void {
    this.end(jobRunId)
    this.#runs.push({ applicationId, jobRunId, state, attempt, ...configured })
  }

  session(applicationId: string, sessionId: string, state: string): void {
    this.#sessions.set(sessionId, { applicationId, state })
  }

  end(jobRunId: string): void {
    const at = this.#runs.findIndex(one => one.jobRunId === jobRunId)
    if (at >= 0) this.#runs.splice(at, 1)
  }

  answer(operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer {
    const { nextToken, applicationId, jobRunId, states } = input
    if (operation === 'ListApplications') {
      const listed = [...this.#applications].map(([id, { state }]) => ({ id, name: id, state }))
      return { body: pageOf(listed, nextToken, 'applications', 'nextToken') }
    }
    const application = this.#applications.get(String(applicationId))
    if (application === undefined) return { status: 404, error: 'ResourceNotFoundException' }
    if (operation === 'GetApplication')
      return { body: { application: { applicationId, name: applicationId, ...application } } }
    if (operation === 'ListSessions') {
      if (application.interactiveConfiguration?.sessionEnabled !== true) return { error: 'ValidationException' }
      const wanted = Array.isArray(states) ? states : []
      const own = [...this.#sessions].filter(
        ([, one]) => one.applicationId === applicationId && wanted.includes(one.state),
      )
      const summaries = own.map(([sessionId, one]) => ({ sessionId, ...one }))
      return { body: pageOf(summaries, nextToken, 'sessions', 'nextToken') }
    }
    const runs = this.#runs.filter(one => one.applicationId === applicationId)
    if (operation === 'ListJobRuns') {
      const wanted = Array.isArray(states) && states.length > 0 ? states : undefined
      const listed = runs.filter(({ state }) => wanted?.includes(state) ?? true)
      const summaries = listed.map(({ jobRunId: id, state, attempt }) => ({ applicationId, id, state, attempt }))
      return { body: pageOf(summaries, nextToken, 'jobRuns', 'nextToken') }
    }
    const jobRun = runs.find(one => one.jobRunId === jobRunId)
    return jobRun ? { body: { jobRun } } : { status: 404, error: 'ResourceNotFoundException' }
  }
}
