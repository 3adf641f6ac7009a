import { expect, it } from 'vitest'
import { restorableUntil } from '../../../shared/restore/restorable-until.ts'

it.each([
  [{ cron: '0 0 3 * * 6', deletesUntagged: true, sparesHours: 2 }, 'scheduled as "0 0 3 * * 6"', 'last 2 hours'],
  [{ deletesUntagged: false, sparesHours: 0 }, 'none is scheduled', 'spares nothing'],
])('a Harbor that tells of its garbage collection is quoted', (collection, when, spared) => {
  const text = restorableUntil({ host: 'harbor.example.com', provider: 'harbor', collection })

  expect(text).toContain(when)
  expect(text).toContain(spared)
  expect(text.includes('without a tag')).toBe(collection.deletesUntagged)
})

it.each([
  ['harbor', 'harbor.example.com', 'next garbage collection'],
  ['ecr', '123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'nobody can foresee'],
  ['oci', 'docker.io', 'docker.io does not say'],
  ['oci', 'ghcr.io', 'ghcr.io does not say'],
  ['oci', 'notghcr.io', 'garbage collection of the registry'],
  ['oci', '127.0.0.1:5000', 'garbage collection of the registry'],
] as const)('a registry %s at %s says until when images can be put back', (provider, host, words) => {
  expect(restorableUntil({ host, provider })).toContain(words)
})
