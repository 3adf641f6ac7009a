import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

/** The projects of one region as CodeBuild tells of them: names first, and what was deleted meanwhile by name. */
export class FakeCodeBuild {
  readonly #projects = new Map<string, string | undefined>()

  /** One without an image is listed, and gone when it is asked for. */
  add(name: string, image?: string): void {
    this.#projects.set(name, image)
  }

  answer(operation: string, { nextToken, names }: Readonly<Record<string, unknown>>): AwsAnswer {
    if (operation === 'ListProjects')
      return { body: pageOf([...this.#projects.keys()], nextToken, 'projects', 'nextToken') }
    const asked: unknown[] = Array.isArray(names) ? names : []
    const found = [...this.#projects].filter(([name, image]) => asked.includes(name) && image !== undefined)
    const projects = found.map(([name, image]) => ({ name, environment: { type: 'LINUX_CONTAINER', image } }))
    return { body: { projects, projectsNotFound: asked.filter(name => !projects.some(one => one.name === name)) } }
  }
}
