import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { customRights, followRights, neededRights, type Right } from '../../../../shared/adapters/cluster/rights.ts'
import { answerJson, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf, object } from './scripted-cluster.ts'

interface Rule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

interface Binding {
  readonly roleRef: { readonly name: string }
  readonly subjects: readonly { readonly kind: string; readonly name: string }[]
}

const file = new URL('../../../../infra/cluster/rbac.yaml', import.meta.url)
const documentsOf = (url: URL) => parseAllDocuments(readFileSync(url, 'utf8')).map(document => document.toJS())
const roles = documentsOf(file).filter(one => one.kind === 'ClusterRole')
/** Who has which role by a file. */
const boundBy = (url: URL): string[] =>
  documentsOf(url)
    .filter(one => one.kind === 'ClusterRoleBinding')
    .flatMap(({ roleRef, subjects }: Binding) => subjects.map(({ kind, name }) => `${kind} ${name} is ${roleRef.name}`))
const rulesOf = (name: string): readonly Rule[] => roles.find(one => one.metadata.name === name).rules

const grants = (rules: readonly Rule[], { verb, group, resource, subresource, name }: Right): boolean =>
  rules.some(
    rule =>
      rule.apiGroups?.includes(group) &&
      rule.resources?.includes(subresource === undefined ? resource : `${resource}/${subresource}`) &&
      rule.verbs.includes(verb) &&
      (rule.resourceNames === undefined || rule.resourceNames.includes(name ?? '')),
  )

describe('rbac.yaml', () => {
  it('binds users and no group, since an identity provider may have groups of these names; rbac-eks.yaml binds those', () => {
    const users = boundBy(file)
    const groups = boundBy(new URL('rbac-eks.yaml', file))

    expect(users).toEqual([
      'User shelflife is shelflife',
      'User shelflife-executor is shelflife',
      'User shelflife-executor is shelflife-executor',
    ])
    expect(groups).toEqual(users.map(user => user.replace('User', 'Group')))
  })

  it('grants every right that the adapter needs, and the executor those that only it needs', () => {
    const reader = rulesOf('shelflife')
    const executor = rulesOf('shelflife-executor')

    expect([...neededRights.reader, ...followRights, ...customRights].filter(right => !grants(reader, right))).toEqual(
      [],
    )
    expect(reader.filter(rule => rule.nonResourceURLs)).toEqual([{ nonResourceURLs: ['/apis'], verbs: ['get'] }])
    expect(neededRights.executor.filter(right => !grants(executor, right))).toEqual([])
    expect(neededRights.executor.filter(right => grants(reader, right))).toEqual([])
  })

  it('grants of the kinds of other projects those that are listed, and nothing but that', () => {
    const own = new Set(['', 'apps', 'batch', 'coordination.k8s.io', 'image.theriseunion.io'])
    const others = rulesOf('shelflife').filter(rule => rule.apiGroups?.some(group => !own.has(group)))

    const granted = others.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap(group => resources.flatMap(resource => verbs.map(verb => ({ verb, group, resource })))),
    )

    const text = ({ verb, group, resource }: Right) => `${verb} ${resource}.${group}`
    expect(granted.map(text).sort()).toEqual(customRights.map(text).sort())
  })

  it('never lists secrets, reaches no node through its kubelet, and writes no workload', () => {
    const rules = rulesOf('shelflife')
    const verbsOf = (resource: string) =>
      rules.filter(rule => rule.resources?.includes(resource)).flatMap(one => one.verbs)

    expect(verbsOf('secrets')).toEqual(['get'])
    expect(verbsOf('nodes/proxy')).toEqual([])
    for (const kind of ['pods', 'deployments', 'workflows', 'services', 'namespaces', 'nodes'])
      expect(verbsOf(kind).filter(verb => !['get', 'list', 'watch'].includes(verb))).toEqual([])
    expect(JSON.stringify(roles)).not.toContain('*')
  })
})

describe('missing rights', () => {
  const answering = (isAllowed: (right: string) => boolean) =>
    clusterThat((call, response) => {
      const { verb, group, resource, subresource } = JSON.parse(call.body).spec.resourceAttributes
      const name = [resource, group].filter(Boolean).join('.') + (subresource === undefined ? '' : `/${subresource}`)
      answerJson(response, 201, { status: { allowed: isAllowed(`${verb} ${name}`) } })
    })

  it('are none where every review allows', async () => {
    const { cluster, api } = await answering(() => true)

    expect(await cluster.listMissingRights()).toEqual([])
    expect(api.calls).toHaveLength(neededRights.reader.length + 1)
  })

  it('are named in words, in the same order each time', async () => {
    const denied = [
      'list pods',
      'get secrets',
      'list cronjobs.batch',
      'patch repositories.image.theriseunion.io/status',
      'watch registrysecrets.image.theriseunion.io',
    ]
    const { cluster } = await answering(right => !denied.includes(right))

    expect(await cluster.listMissingRights()).toEqual([
      'watch registrysecrets',
      'patch repositories/status',
      'get secrets',
      'list pods',
      'list cronjobs',
    ])
  })

  it('of the executor are asked for by its own word', async () => {
    const { cluster } = await answering(right => !right.startsWith('delete '))

    expect(await cluster.listMissingRights()).toEqual([])
    expect(await cluster.listMissingRights('executor')).toEqual(['delete repositories'])
  })

  it.each([403, 404])('are not claimed where the review is answered by %i', async status => {
    const { cluster } = await clusterThat((_, response) =>
      answerJson(response, status, statusBody(status, 'Forbidden')),
    )

    expect(await cluster.listMissingRights()).toEqual([])
  })

  it.each([
    [503, {}],
    [201, { kind: 'SelfSubjectAccessReview' }],
  ])('are unknown where the answer is %i with %j', async (status, body) => {
    const { cluster } = await clusterThat((_, response) => answerJson(response, status, body))

    expect(await failureOf(cluster.listMissingRights())).toMatchObject({ name: 'UnavailableError' })
  })
})

describe('a 403', () => {
  const forbidden = () => clusterThat((_, response) => answerJson(response, 403, statusBody(403, 'Forbidden')))
  const granted = ', as infra/cluster/rbac.yaml does'

  it('of a read names the right that is missing', async () => {
    const { cluster } = await forbidden()
    const messageOf = async (call: Promise<unknown>) => (await failureOf(call)).message

    expect(await messageOf(cluster.listWorkloads())).toMatch(
      /grant the user of its kubeconfig the right to list \w+, as/,
    )
    expect(await messageOf(cluster.findSecret('production', 'pull'))).toContain(`the right to get secrets${granted}`)
    expect(await messageOf(cluster.listNamespaces())).toContain(`the right to list namespaces${granted}`)
    expect(await messageOf(cluster.findNamespace('production'))).toContain(`the right to get namespaces${granted}`)
    expect(await messageOf(cluster.listObjects('Repository', { namespace: 'production' }))).toContain(
      `the right to list repositories${granted}`,
    )
  })

  it('of a write names it too, and what else may have refused', async () => {
    const { cluster } = await forbidden()

    const { message } = await failureOf(cluster.applyStatus(object, {}))

    expect(message).toContain(
      `the right to patch repositories/status${granted}, or see which admission policy refuses it`,
    )
  })
})
