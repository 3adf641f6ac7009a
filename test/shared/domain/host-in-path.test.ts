import { expect, it } from 'vitest'
import { hostInPathText } from '../../../shared/domain/host-in-path.ts'

it.each([
  ['harbor.example.com', 'harbor.example.com/myapp/myapp', 'leave the host out of repository: myapp/myapp'],
  ['registry:5000', 'registry/team/app', 'leave the host out of repository: team/app'],
  ['localhost:5000', 'localhost/app', 'leave the host out of repository: app'],
  [
    'harbor.example.com',
    'other.example.com/team/app',
    'if other.example.com is a host, leave it out of repository: team/app',
  ],
  ['harbor.example.com', 'myapp/myapp', undefined],
  ['harbor.example.com', 'harbor/myapp', undefined],
  ['harbor.example.com', 'harbor.example.com', undefined],
  ['docker.io', 'library/app', undefined],
])('B35 of %s and %s it says %j', (registry, path, text) => {
  expect(hostInPathText(registry, path)).toBe(text)
})
