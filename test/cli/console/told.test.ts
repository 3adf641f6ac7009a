import { expect, it } from 'vitest'
import { withoutSecretIds } from '../../../cli/console/told.ts'
import { parseSettings } from '../../../shared/settings.ts'

const settings = parseSettings({
  clusters: [{ name: 'eu-1', kubeconfigSecret: 'eu-1' }],
  registries: [{ host: 'registry.example.com', pullSecret: 'arn:aws:x:secret/team-Ab.1', grants: 'everyone' }],
})
const told = withoutSecretIds(settings)

it.each([
  ['secret eu-1 could not be read', 'its secret could not be read'],
  ['{"message":"no kubeconfig in secret eu-1"}', '{"message":"no kubeconfig in its secret"}'],
  ['expected a login in secret arn:aws:x:secret/team-Ab.1.', 'expected a login in its secret.'],
  [JSON.stringify('the secret "eu-1" is empty'), '"the its secret is empty"'],
])('takes the id of a secret out of %s', (text, expected) => {
  expect(told(text)).toBe(expected)
})

it.each([
  'cluster eu-1 does not answer',
  'secret eu-10',
  'secret eu-1/other',
  'Secret production/login',
  'a secret eu-1.b',
])('leaves %s as it is, which names none', text => {
  expect(told(text)).toBe(text)
})

it('changes nothing where the settings name no secret', () => {
  expect(withoutSecretIds(parseSettings({}))('secret eu-1')).toBe('secret eu-1')
})
