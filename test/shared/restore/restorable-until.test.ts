import { expect, it } from 'vitest'
import { restorableUntil } from '../../../shared/restore/restorable-until.ts'

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
