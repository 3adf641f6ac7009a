import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { group, LoopbackCluster } from '../cli/embedded/kubernetes/loopback-cluster.ts'
import { readBook } from '../docs/books.ts'

const folder = new URL('../../infra/cluster/samples/', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8')

const plurals: Readonly<Record<string, string>> = {
  ImageCleanupPolicy: 'imagecleanuppolicies',
  RegistrySecret: 'registrysecrets',
  Repository: 'repositories',
}

describe('every sample', () => {
  let cluster: LoopbackCluster
  beforeAll(async () => {
    cluster = await LoopbackCluster.start()
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'production' } }
    await cluster.call('/api/v1/namespaces', { method: 'POST', body })
  })
  afterAll(() => cluster.stop())

  it('there is one for each kind', () => {
    const kinds = readdirSync(folder).map(file => parse(textOf(file)).kind)

    expect(kinds.sort()).toEqual(Object.keys(plurals))
  })

  it.each(readdirSync(folder))('%s is accepted by its CRD as it stands', async file => {
    const body = parse(textOf(file))
    const path = `${group}/namespaces/production/${plurals[body.kind]}?fieldValidation=Strict`

    const answer = await cluster.call(path, { method: 'POST', body })

    expect([answer.status, answer.body.message]).toEqual([201, undefined])
  })

  it('of a policy deletes nothing before somebody says so, and is the first one of the first page', () => {
    expect(parse(textOf('policy.yaml')).spec.dryRun).toBe(true)
    expect(readBook('README.md').text).toContain(`\`\`\`yaml\n${textOf('policy.yaml')}\`\`\`\n`)
  })
})
