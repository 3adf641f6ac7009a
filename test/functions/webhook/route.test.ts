import { expect, it } from 'vitest'
import { loggedPath } from '../../../functions/webhook/route.ts'

const secret = 's3cr3t'.repeat(6)

it.each([
  ['/webhook/distribution', '/webhook/distribution'],
  ['/webhook/quay', '/webhook/quay'],
  ['/', '/'],
  ['/metrics', '/metrics'],
])('shows a path that holds no secret: %s', (path, shown) => {
  expect(loggedPath(path)).toBe(shown)
})

it.each([
  `/webhook/quay/${secret}`,
  `/webhook/quay/${secret}/`,
  `/webhook/quay/%73${secret.slice(1)}`,
  `/webhook/harbor/${secret}`,
  `/webhook/qauy/${secret}`,
  `/webhooks/quay/${secret}`,
  `/${secret}`,
  `//webhook/quay/${secret}`,
  `/webhook/quay/${secret}/more`,
])('never shows what may be a secret: %s', path => {
  expect(loggedPath(path)).not.toContain(secret.slice(0, 6))
})

it('is short, however long the path is', () => {
  expect(loggedPath('/a'.repeat(10_000)).length).toBeLessThanOrEqual(200)
})
