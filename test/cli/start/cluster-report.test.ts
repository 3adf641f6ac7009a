import { afterEach, expect, it } from 'vitest'
import { clusterReport, ownClusterLines } from '../../../cli/start/cluster-report.ts'
import {
  answerJson,
  type ReceivedCall,
  type ScriptedApi,
  startScriptedApi,
  statusBody,
} from '../../shared/adapters/cluster/scripted-api.ts'
import { noGroups } from '../../shared/adapters/cluster/scripted-cluster.ts'

let api: ScriptedApi | undefined
afterEach(() => api?.stop())

/** The report of a cluster that answers lists so, and allows what `isAllowed` says. */
async function startCluster(
  listStatus: (call: ReceivedCall) => number,
  isAllowed: (right: string, call: ReceivedCall) => boolean,
) {
  api = await startScriptedApi((call, response) => {
    if (call.method === 'POST') {
      const { verb, resource } = JSON.parse(call.body).spec.resourceAttributes
      return answerJson(response, 201, { status: { allowed: isAllowed(`${verb} ${resource}`, call) } })
    }
    if (call.url === '/apis') return answerJson(response, 200, noGroups)
    const status = listStatus(call)
    return answerJson(
      response,
      status,
      status === 200 ? { kind: 'AnyList', metadata: {}, items: [] } : statusBody(status, ''),
    )
  })
  return api.kubeconfig
}

const reportOf = async (...cluster: Parameters<typeof startCluster>) => clusterReport(await startCluster(...cluster))

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

it('asks of each user of a Pod for its own rights: the reader is not to delete', async () => {
  const kubeconfig = await startCluster(
    () => 200,
    (right, { headers }) => right !== 'delete repositories' || headers['impersonate-user'] === 'shelflife-executor',
  )
  const as = (user: string) => kubeconfig.replace('user: {token', `user: {as: ${user}, token`)

  const lines = await ownClusterLines({ reader: as('shelflife'), executor: as('shelflife-executor') })

  expect(lines).toEqual([
    'as shelflife: Repository, RegistrySecret, ImageCleanupPolicy are installed; no right is known to be missing',
    'as shelflife-executor: no right is known to be missing',
  ])
})

it('names what the executor of a Pod may not do, and asks it of no kinds', async () => {
  const kubeconfig = await startCluster(
    () => 200,
    right => right !== 'delete repositories',
  )

  const lines = await ownClusterLines({ reader: kubeconfig, executor: kubeconfig })

  expect(lines[0]).toMatch(/no right is known to be missing$/)
  expect(lines[1]).toMatch(
    /^as shelflife-executor: its user lacks the rights in all namespaces to delete repositories:/,
  )
})
