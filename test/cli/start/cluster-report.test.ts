import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clusterReport } from '../../../cli/start/cluster-report.ts'
import {
  answerJson,
  type ReceivedCall,
  type ScriptedApi,
  startScriptedApi,
  statusBody,
} from '../../shared/adapters/cluster/scripted-api.ts'
import { noGroups } from '../../shared/adapters/cluster/scripted-cluster.ts'

let folder: string
let api: ScriptedApi | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-report-'))
})
afterEach(async () => {
  await api?.stop()
  await rm(folder, { recursive: true })
})

/** The report of a cluster that answers lists so, and allows what `isAllowed` says. */
async function reportOf(listStatus: (call: ReceivedCall) => number, isAllowed: (right: string) => boolean) {
  api = await startScriptedApi((call, response) => {
    if (call.method === 'POST') {
      const { verb, resource } = JSON.parse(call.body).spec.resourceAttributes
      return answerJson(response, 201, { status: { allowed: isAllowed(`${verb} ${resource}`) } })
    }
    if (call.url === '/apis') return answerJson(response, 200, noGroups)
    const status = listStatus(call)
    return answerJson(
      response,
      status,
      status === 200 ? { kind: 'AnyList', metadata: {}, items: [] } : statusBody(status, ''),
    )
  })
  const kubeconfigPath = join(folder, 'kubeconfig')
  writeFileSync(kubeconfigPath, api.kubeconfig)
  return clusterReport(kubeconfigPath)
}

it('says that everything is there', async () => {
  const report = await reportOf(
    () => 200,
    () => true,
  )

  expect(report).toBe('Repository, RegistrySecret, ImageCleanupPolicy are installed; no right is known to be missing')
})

it('says which kinds and which rights are missing, the executor’s too, and what to apply', async () => {
  const report = await reportOf(
    call => (call.url.includes('/imagecleanuppolicies') ? 404 : 200),
    right => right !== 'list pods' && right !== 'delete repositories',
  )

  expect(report).toBe(
    "ImageCleanupPolicy missing: install with 'kubectl apply -f infra/cluster/crds'; its user lacks the rights in all namespaces to list pods, delete repositories: grant them with 'kubectl apply -f infra/cluster/rbac.yaml'",
  )
})

it('claims nothing of kinds that it may not list', async () => {
  const report = await reportOf(
    () => 403,
    () => false,
  )

  expect(report).toMatch(/^whether its kinds are installed is not known; its user lacks the rights .* get repositories/)
})

it('does not stop a start by a cluster that does not answer', async () => {
  const report = await reportOf(
    () => 503,
    () => true,
  )

  expect(report).toMatch(
    /^kinds and rights are not known: cluster local: list \w+ objects of namespace default: the API server answered 503$/,
  )
})
