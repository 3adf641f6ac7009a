import { describe, expect, it } from 'vitest'
import { policySeenFrom, textSeenFrom } from '../../../shared/reconcile/other-namespaces.ts'

const home = { cluster: 'eu-1', namespace: 'shop' }
const stranger = 'an object of another namespace'

describe('T3 a text that an object shows', () => {
  it.each([
    ['used by Deployment shop/web in cluster eu-1', 'used by Deployment shop/web in cluster eu-1'],
    ['used by Deployment bank/vault in cluster eu-1 (inventory)', `used by ${stranger} (inventory)`],
    ['used by CronJob shop/web in cluster us-1 (rollback target) and 3 more', `used by ${stranger} and 3 more`],
    ['used by LambdaFunction eu-central-1/vault in aws main', `used by ${stranger}`],
    ['not among the newest 1 (policy eu-1/shop/cleanup)', 'not among the newest 1 (policy eu-1/shop/cleanup)'],
    ['policy eu-1/bank/cleanup is gone', `${stranger} is gone`],
    ['pushed 2026-01-01T00:00:00Z', 'pushed 2026-01-01T00:00:00Z'],
  ])('%s', (text, shown) => {
    expect(textSeenFrom(home, text)).toBe(shown)
  })

  it('names the policy of another namespace that covers the object, and no other', () => {
    const covering = ['platform/cleanup']

    const shown = ['eu-1/platform/cleanup', 'us-1/platform/cleanup', 'eu-1/platform/other'].map(policy =>
      policySeenFrom(home, policy, covering),
    )

    expect(shown).toEqual(['eu-1/platform/cleanup', stranger, stranger])
  })
})
