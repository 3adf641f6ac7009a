import { expect, it } from 'vitest'
import { listGrantsInForce, printGrants } from '../../../cli/grants/list-grants.ts'
import { suggestGrants } from '../../../cli/grants/suggest-grants.ts'
import { parseSettings, rulebookOf } from '../../../shared/settings.ts'
import { ClusterLists } from '../../../shared/sweep/world/cluster-lists.ts'
import { coveredBy } from '../../../shared/sweep/world/policy-scope.ts'
import { unauthorizedIn } from '../../../shared/sweep/world/unauthorized.ts'
import { host, rightsInstallation } from '../may/rights-fixture.ts'

const policy = { keepRecent: 1, targets: ['RegistryArtifact'] }

function team(installation: ReturnType<typeof rightsInstallation>, namespace: string, paths: readonly string[]) {
  installation.cluster.put('RegistrySecret', 'anonymous', { domain: host }, { namespace })
  for (const [at, repository] of paths.entries())
    installation.cluster.put('Repository', `r${at}`, { repository, registryRef: { name: 'anonymous' } }, { namespace })
}

it('suggests one line for all who stay below their own name, and the paths of the others', async () => {
  const installation = rightsInstallation({ grants: [] })
  team(installation, 'payments', ['payments/api', 'payments/web'])
  team(installation, 'shop', ['shop/web'])
  team(installation, 'tools', ['shared/base'])
  for (const namespace of ['payments', 'shop'])
    installation.cluster.put('ImageCleanupPolicy', 'p', policy, { namespace })

  const grants = (await suggestGrants(installation)).get(host)

  expect(grants).toHaveLength(2)
  expect(grants).toEqual(
    expect.arrayContaining([
      { clusters: ['eu-1'], namespaces: ['tools'], repositories: ['shared/base'], may: ['read'] },
      {
        clusters: ['eu-1'],
        namespaces: ['payments', 'shop'],
        repositories: ['{namespace}/**'],
        may: ['read', 'delete'],
      },
    ]),
  )
})

it('suggests what the settings take, and what lets every policy delete where it does', async () => {
  const installation = rightsInstallation({ grants: [] })
  team(installation, 'payments', ['payments/api', 'legacy/api'])
  team(installation, 'shop', ['legacy/api'])
  for (const namespace of ['payments', 'shop'])
    installation.cluster.put('ImageCleanupPolicy', 'p', policy, { namespace })
  const grants = (await suggestGrants(installation)).get(host)

  const settings = parseSettings({ ...installation.settings, registries: [{ host, pullSecret: 'reader', grants }] })
  const all = await new ClusterLists([installation.cluster], rulebookOf(settings), []).all()

  for (const one of all.accepted) expect(unauthorizedIn(one, coveredBy(one, all.tracked), all.tenants).size).toBe(0)
  expect(all.accepted).toHaveLength(2)
})

it('lists the lines in force as the settings write them', async () => {
  const line = { namespaces: ['shop'], repositories: ['shop/**'], may: ['read' as const] }

  expect(printGrants(await listGrantsInForce(rightsInstallation({ grants: [line] }))).join('')).toBe(
    `${host}\n  ${JSON.stringify(line)}\n`,
  )
  expect(printGrants(await listGrantsInForce(rightsInstallation({ grants: [] }))).join('')).toContain('nobody')
  expect(printGrants(await listGrantsInForce(rightsInstallation({ grants: 'everyone' }))).join('')).toContain(
    'none may delete',
  )
})
