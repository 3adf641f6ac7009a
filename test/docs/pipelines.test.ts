import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { rootPath } from '../support/imports.ts'
import { gitlabJobs, pipelines, readPipeline } from '../support/pipelines.ts'

/** What the vendor's own schema has against it; undefined where nothing. */
function problemOf(schema: string, document: unknown): string | undefined {
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  const text = readFileSync(rootPath(`test/fixtures/pipelines/${schema}`), 'utf8')
  return ajv.validate(JSON.parse(text), document) ? undefined : ajv.errorsText()
}

const kubectlLines = (script: string): string[] =>
  script
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.includes('kubectl'))

describe('the pipelines', () => {
  it.each([
    ['gitlab-ci.yml', 'gitlab-ci.schema.json', 'update_config'],
    ['github-actions.yml', 'github-workflow.schema.json', 'jobs'],
  ])('%s is what its vendor takes', (file, schema, field) => {
    const document = parse(readPipeline(file))

    expect(problemOf(schema, document)).toBeUndefined()
    expect(problemOf(schema, { ...document, [field]: { needs: 7 } })).toContain(field)
  })

  it('of GitLab gives each job one of its stages', () => {
    const { stages, jobs } = gitlabJobs()

    expect(jobs.map(job => job.stage).sort()).toEqual([...stages].sort())
  })

  it.each(pipelines)('$file builds, pushes, updates the configuration and deploys, in this order', ({ scripts }) => {
    expect(scripts.map(({ stage }) => stage)).toEqual(['build', 'push', 'update_config', 'deploy'])
    expect(scripts[0]?.script).toContain('docker build -t "$REGISTRY/$IMAGE:$VERSION" .')
    expect(scripts[1]?.script).toContain('docker push "$REGISTRY/$IMAGE:$VERSION"')
  })

  it('say the same to kubectl, wherever they run', () => {
    const [first, ...others] = pipelines.map(({ scripts }) => scripts.map(({ script }) => kubectlLines(script)))

    expect(first?.flat()).toHaveLength(4)
    for (const other of others) expect(other).toEqual(first)
  })
})
