import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

interface FakeDefinition {
  readonly jobDefinitionName: string
  readonly revision: number
  status: string
}

interface FakeQueue {
  readonly jobQueueArn: string
  readonly jobQueueType: 'ECS' | 'SAGEMAKER_TRAINING'
}

interface FakeJob {
  readonly jobId: string
  readonly jobName: string
  readonly jobQueue: string
  status: string
}

/**
 * Job definitions, queues and jobs of one region as Batch tells of them: without a status only jobs that run are listed, and
 * each kind of queue answers to the list of its own kind of job alone.
 */
export class FakeBatch {
  readonly #definitions: FakeDefinition[] = []
  readonly #queues = new Map<string, FakeQueue>()
  readonly #jobs: FakeJob[] = []

  register(name: string, revision: number, rest: object): void {
    this.#definitions.push({ jobDefinitionName: name, revision, status: 'ACTIVE', ...rest })
  }

  deregister(name: string): void {
    for (const one of this.#definitions) if (one.jobDefinitionName === name) one.status = 'INACTIVE'
  }

  submit(queue: string, status: string, rest: object, jobName = 'nightly'): void {
    this.#push({ jobQueueArn: queue, jobQueueType: 'ECS' }, status, rest, jobName)
  }

  /** A service job, which asks SageMaker for what the text says. */
  train(queue: string, status: string, serviceRequestPayload: string | undefined, jobName: string): void {
    this.#push({ jobQueueArn: queue, jobQueueType: 'SAGEMAKER_TRAINING' }, status, { serviceRequestPayload }, jobName)
  }

  move(jobName: string, status: string): void {
    for (const one of this.#jobs) if (one.jobName === jobName) one.status = status
  }

  #push(queue: FakeQueue, status: string, rest: object, jobName: string): void {
    const { jobQueueArn: jobQueue } = queue
    this.#queues.set(jobQueue, queue)
    this.#jobs.push({ jobId: `job-${this.#jobs.length}`, jobName, jobQueue, status, ...rest })
  }

  answer(operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer {
    const page = (all: readonly unknown[], key: string) => ({ body: pageOf(all, input.nextToken, key, 'nextToken') })
    if (operation === 'describejobdefinitions')
      return page(
        this.#definitions.filter(({ status }) => status === input.status),
        'jobDefinitions',
      )
    if (operation === 'describejobqueues') return page([...this.#queues.values()], 'jobQueues')
    const { jobQueue, jobStatus = 'RUNNING', jobs, jobId } = input
    if (operation === 'listjobs' || operation === 'listservicejobs') {
      const isService = this.#queues.get(String(jobQueue))?.jobQueueType === 'SAGEMAKER_TRAINING'
      if (isService !== (operation === 'listservicejobs')) return { error: 'ClientException', message: 'wrong queue' }
      const found = this.#jobs.filter(one => one.jobQueue === jobQueue && one.status === jobStatus)
      return page(
        found.map(({ jobId, jobName }) => ({ jobId, jobName })),
        'jobSummaryList',
      )
    }
    if (operation === 'describeservicejob') {
      const job = this.#jobs.find(one => one.jobId === jobId)
      return job ? { body: job } : { error: 'ClientException', message: 'no such job' }
    }
    const ids = Array.isArray(jobs) ? jobs : []
    return { body: { jobs: this.#jobs.filter(({ jobId }) => ids.includes(jobId)) } }
  }
}
