import { expect, it } from 'vitest'
import { grant } from '../../../../shared/domain/grants/grant.ts'
import { missingGrantText } from '../../../../shared/domain/grants/missing-grant.ts'
import { findGrant } from '../../../../shared/domain/grants/rights.ts'

const tenant = { cluster: 'eu-1', name: 'payments', labels: {} }

it('says which line to add to which registry', () => {
  expect(missingGrantText('harbor.example.com', tenant, 'payments/api', 'read')).toBe(
    'namespace payments of cluster eu-1 may not read harbor.example.com/payments/api: expected a grant in the settings of the installation; whoever deploys it adds to registries[harbor.example.com].grants: {"clusters":["eu-1"],"namespaces":["payments"],"repositories":["payments/api"],"may":["read"]}',
  )
})

it.each(['read', 'delete'] as const)('says a line that gives %s as it stands, and to nobody else', right => {
  const text = missingGrantText('harbor.example.com', tenant, 'payments/api', right)

  const line = grant.parse(JSON.parse(text.slice(text.lastIndexOf('{'))))

  expect(findGrant([line], tenant, 'payments/api', right)).toBeDefined()
  expect(findGrant([line], { ...tenant, cluster: 'us-1' }, 'payments/api', right)).toBeUndefined()
  expect(findGrant([line], { ...tenant, name: 'payments-2' }, 'payments/api', right)).toBeUndefined()
  expect(findGrant([line], tenant, 'payments/api/x', right)).toBeUndefined()
})
