import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod'
import { rootPath } from './imports.ts'

/** A pipeline of `docs/pipelines`: its variables and the scripts of its stages, in order, as they are written there. */
export interface Pipeline {
  readonly file: string
  readonly variables: Readonly<Record<string, string>>
  readonly scripts: readonly { readonly stage: string; readonly script: string }[]
}

export const readPipeline = (file: string): string => readFileSync(rootPath(`docs/pipelines/${file}`), 'utf8')

const texts = z.record(z.string(), z.string())

const gitlab = z
  .looseObject({ stages: z.array(z.string()), variables: texts })
  .catchall(z.looseObject({ stage: z.string().exactOptional(), script: z.array(z.string()).exactOptional() }))

/** The jobs that GitLab runs; one without a stage belongs to the stage `test`. */
export function gitlabJobs(): { stages: readonly string[]; jobs: readonly { stage: string; script: string }[] } {
  const { stages, variables: _v, workflow: _w, ...jobs } = gitlab.parse(parse(readPipeline('gitlab-ci.yml')))
  const shown = Object.entries(jobs).filter(([name]) => !name.startsWith('.'))
  return {
    stages,
    jobs: shown.map(([, { stage = 'test', script = [] }]) => ({ stage, script: script.join('\n') })),
  }
}

function gitlabPipeline(): Pipeline {
  const { variables } = gitlab.parse(parse(readPipeline('gitlab-ci.yml')))
  const { stages, jobs } = gitlabJobs()
  const scripts = stages.flatMap(stage => jobs.filter(job => job.stage === stage))
  return { file: 'gitlab-ci.yml', variables, scripts }
}

const step = z.looseObject({ name: z.string().exactOptional(), run: z.string().exactOptional() })
const workflow = z.looseObject({ env: texts, jobs: z.record(z.string(), z.looseObject({ steps: z.array(step) })) })

function githubPipeline(): Pipeline {
  const { env, jobs } = workflow.parse(parse(readPipeline('github-actions.yml')))
  const steps = Object.values(jobs).flatMap(job => job.steps)
  const scripts = steps.flatMap(({ name = '', run }) => (run === undefined ? [] : [{ stage: name, script: run }]))
  return { file: 'github-actions.yml', variables: env, scripts: scripts.filter(one => one.stage !== 'kubeconfig') }
}

function jenkinsPipeline(): Pipeline {
  const source = readPipeline('Jenkinsfile')
  const variables = [...source.matchAll(/^ {4}([A-Z]+) = ['"](.*)['"]$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ])
  const stages = source.matchAll(/stage\('(\w+)'\) \{\s+steps \{[^']*?(?:\[[^\n]*\n\s+)?sh ('''|')([\s\S]*?)\2/g)
  const scripts = [...stages].map(([, stage = '', , script = '']) => ({ stage, script }))
  return { file: 'Jenkinsfile', variables: Object.fromEntries(variables), scripts }
}

export const pipelines: readonly Pipeline[] = [gitlabPipeline(), githubPipeline(), jenkinsPipeline()]
