import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

interface FakeDefinition {
  readonly jobDefinitionName: string
  readonly revision: number
  status: string
}

interface FakeJob {
  readonly jobId: string
  readonly jobName: string
  readonly jobQueue: string
  readonly status: string
}

/** Job definitions, queues and jobs of one region as Batch tells of them: without a status only jobs that run are listed. */
export class FakeBatch {
  readonly #definitions: FakeDefinition[] = []
  readonly #queues = new Set<string>()
  readonly #jobs: FakeJob[] = []

  register(name: string, revision: number, rest: object): void {
    this.#definitions.push({ jobDefinitionName: name, revision, status: 'ACTIVE', ...rest })
  }

  deregister(name: string): void {
    for (const one of this.#definitions) if (one.jobDefinitionName === name) one.status = 'INACTIVE'
  }

  submit(queue: string, status: string, rest: object, jobName = 'nightly'): void {
    this.#queues.add(queue)
    this.#jobs.push({ jobId: `job-${this.#jobs.length}`, jobName, jobQueue: queue, status, ...rest })
  }

  answer(operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer {
    const page = (all: readonly unknown[], key: string) => ({ body: pageOf(all, input.nextToken, key, 'nextToken') })
    if (operation === 'describejobdefinitions')
      return page(
        this.#definitions.filter(({ status }) => status === input.status),
        'jobDefinitions',
      )
    if (operation === 'describejobqueues')
      return page(
        [...this.#queues].map(jobQueueArn => ({ jobQueueArn })),
        'jobQueues',
      )
    const { jobQueue, jobStatus = 'RUNNING', jobs } = input
    if (operation === 'listjobs') {
      const found = this.#jobs.filter(one => one.jobQueue === jobQueue && one.status === jobStatus)
      return page(
        found.map(({ jobId, jobName }) => ({ jobId, jobName })),
        'jobSummaryList',
      )
    }
    const ids = Array.isArray(jobs) ? jobs : []
    return { body: { jobs: this.#jobs.filter(({ jobId }) => ids.includes(jobId)) } }
  }
}
