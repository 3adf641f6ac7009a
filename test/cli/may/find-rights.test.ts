import { expect, it } from 'vitest'
import { findRights } from '../../../cli/may/find-rights.ts'
import { printRights } from '../../../cli/may/print-rights.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { host, rightsInstallation } from './rights-fixture.ts'

const own = {
  clusters: ['*'],
  namespaces: ['*'],
  repositories: ['{namespace}/**'],
  may: ['read' as const, 'delete' as const],
}

it('says by which line and with which credential a namespace reads and deletes, and who has standing', async () => {
  const installation = rightsInstallation({
    grants: [own, { namespaces: ['bank'], repositories: ['payments/*'], may: ['read'] }],
  })
  for (const name of ['payments', 'bank', 'evil']) installation.cluster.label(name, {})

  const [{ exists, registries } = { exists: false, registries: [] }] = await findRights(
    { namespace: 'payments', path: 'payments/api' },
    installation,
  )

  expect(exists).toBe(true)
  expect(registries[0]?.grants).toEqual([{ line: 'grants[0]', repositories: ['payments/**'], may: ['read', 'delete'] }])
  expect(registries[0]?.path).toMatchObject({
    readsWith: ["the installation's credential, by grants[0]", 'no credential, where the registry lets anybody read'],
    deletesWith: "the installation's credential, by grants[0]",
    standing: [
      { namespace: 'payments', line: 'grants[0]' },
      { namespace: 'bank', line: 'grants[1]' },
    ],
  })
})

it('names the line to add where nothing lets it, which gives that very right', async () => {
  const asked = { namespace: 'evil', path: `${host}/payments/api` }
  const before = await findRights(asked, rightsInstallation({ grants: [own] }))
  const missing = before[0]?.registries[0]?.path?.deleteMissing ?? ''
  const line = JSON.parse(missing.slice(missing.indexOf('{')))

  const after = await findRights(asked, rightsInstallation({ grants: [own, line] }))

  expect(before[0]?.registries[0]?.path).not.toHaveProperty('deletesWith')
  expect(after[0]?.registries[0]?.path).toMatchObject({ deletesWith: "the installation's credential, by grants[1]" })
  expect(printRights(before).join('')).toContain(missing)
})

it('names what RegistrySecrets bring and lend, for the paths that they lend', async () => {
  const installation = rightsInstallation({ grants: [] })
  const accessFrom = { namespaces: ['shop'], repositories: ['shared/*'], may: ['read', 'delete'] }
  const spec = { domain: host, secretRef: { name: 'pull' }, deleteSecretRef: { name: 'clean' }, accessFrom }
  installation.cluster.put('RegistrySecret', 'harbor', spec, { namespace: 'platform' })
  const pathOf = async (path: string) =>
    (await findRights({ namespace: 'shop', path }, installation))[0]?.registries[0]?.path

  expect(await pathOf('shared/base')).toMatchObject({
    readsWith: [
      'the credential of RegistrySecret platform/harbor',
      'no credential, where the registry lets anybody read',
    ],
    deletesWith: 'the deleteSecretRef of RegistrySecret platform/harbor',
  })
  expect(await pathOf('other/base')).toMatchObject({
    readsWith: ['no credential, where the registry lets anybody read'],
  })
  expect(await pathOf('other/base')).not.toHaveProperty('deletesWith')
})

it('refuses a cluster and a registry that nobody configured, with those that are', async () => {
  const installation = rightsInstallation({ grants: [] })

  const failures = await Promise.allSettled([
    findRights({ namespace: 'shop', cluster: 'eu-9' }, installation),
    findRights({ namespace: 'shop', path: 'other.example.com/app' }, installation),
  ])

  const reasons = failures.map(one => (one.status === 'rejected' ? one.reason : undefined))
  expect(reasons.every(one => one instanceof InvalidInputError)).toBe(true)
  expect(reasons.map(one => one.message)).toEqual([
    '--cluster: expected one of the configured clusters eu-1, got "eu-9"',
    `expected a registry of the settings, got "other.example.com"; known are ${host}`,
  ])
})
