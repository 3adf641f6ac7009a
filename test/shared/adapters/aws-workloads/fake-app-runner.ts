import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

interface FakeService {
  readonly ServiceName: string
  readonly ServiceArn: string
  readonly Status: string
  /** None of one that is built from code. */
  readonly image?: string
}

/** The services of one region as App Runner tells of them: the list names no images. */
export class FakeAppRunner {
  readonly #services: FakeService[] = []

  run(name: string, image?: string, Status = 'RUNNING'): void {
    const ServiceArn = `arn:aws:apprunner:eu-west-1:123456789012:service/${name}/0`
    this.#services.push({ ServiceName: name, ServiceArn, Status, ...(image && { image }) })
  }

  answer(operation: string, { NextToken, ServiceArn }: Readonly<Record<string, unknown>>): AwsAnswer {
    if (operation === 'ListServices') {
      const listed = this.#services.map(({ image: _, ...one }) => one)
      return { body: pageOf(listed, NextToken, 'ServiceSummaryList', 'NextToken') }
    }
    const found = this.#services.find(one => one.ServiceArn === ServiceArn)
    if (!found) return { error: 'ResourceNotFoundException' }
    const { image, ...one } = found
    const SourceConfiguration = image
      ? { ImageRepository: { ImageIdentifier: image, ImageRepositoryType: 'ECR' } }
      : { CodeRepository: { RepositoryUrl: 'https://example.com' } }
    return { body: { Service: { ...one, SourceConfiguration } } }
  }
}
