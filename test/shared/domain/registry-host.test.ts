import { describe, expect, it } from 'vitest'
import { withFirstAlias } from '../../../shared/domain/account-alias.ts'
import { parseImageName } from '../../../shared/domain/image-name.ts'
import { isRegistryHost, normalHost } from '../../../shared/domain/registry-host.ts'
import { canonicalParts } from '../../../shared/domain/repository-id.ts'

describe('the host of a registry', () => {
  it.each([
    ['Harbor.Example.com', 'harbor.example.com'],
    ['harbor.example.com:443', 'harbor.example.com'],
    ['harbor.example.com:0443', 'harbor.example.com'],
    ['harbor.example.com:8443', 'harbor.example.com:8443'],
    ['harbor.example.com:4430', 'harbor.example.com:4430'],
    ['INDEX.docker.io:443', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['auth.docker.io', 'auth.docker.io'],
    ['evil-index.docker.io', 'evil-index.docker.io'],
    ['index.docker.io.evil.example', 'index.docker.io.evil.example'],
    ['[::1]:443', '[::1]'],
  ])('%s is %s, in an image name as well', (spelled, host) => {
    expect(normalHost(spelled)).toBe(host)
    expect(parseImageName(`${spelled}/team/app:v1`)).toMatchObject({ host })
  })

  it.each(['a', 'localhost:5000', '10.0.0.7', 'a-b.example.com'])('%s is one', host => {
    expect(isRegistryHost(host)).toBe(true)
  })

  it.each(['', 'A', '-a', 'a-.b', 'a..b', 'a_b', 'a:', 'a:0', 'a:123456', '[::1]', 'u@a', 'a/b', 'a\n'])(
    '%j is none',
    text => {
      expect(isRegistryHost(text)).toBe(false)
    },
  )
})

describe('where a repository is kept', () => {
  const spelling = {
    canonicalHost: (host: string) => (host === 'hub.example.com' ? 'docker.io' : host),
    canonicalPath: (registry: string, path: string) =>
      registry === 'public.ecr.aws' ? withFirstAlias(path, ['acme', 'a1b2c3d4']) : path,
  }

  it.each([
    ['registry-1.docker.io', 'nginx', 'docker.io', 'library/nginx'],
    ['docker.io', 'grafana/grafana', 'docker.io', 'grafana/grafana'],
    ['hub.example.com', 'nginx', 'docker.io', 'library/nginx'],
    ['harbor.example.com:443', 'nginx', 'harbor.example.com', 'nginx'],
    ['public.ecr.aws', 'a1b2c3d4/team/app', 'public.ecr.aws', 'acme/team/app'],
    ['public.ecr.aws:443', 'acme/app', 'public.ecr.aws', 'acme/app'],
    ['public.ecr.aws', 'nginx/a1b2c3d4', 'public.ecr.aws', 'nginx/a1b2c3d4'],
    ['harbor.example.com', 'a1b2c3d4/app', 'harbor.example.com', 'a1b2c3d4/app'],
  ])('%s and %s lead to %s and %s', (host, path, registry, canonicalPath) => {
    expect(canonicalParts(host, path, spelling)).toEqual({ registry, path: canonicalPath })
  })

  it('has the library of Docker Hub where the settings give Docker Hub another host', () => {
    expect(canonicalParts('docker.io', 'nginx', { ...spelling, canonicalHost: () => 'mirror.example.com' })).toEqual({
      registry: 'mirror.example.com',
      path: 'library/nginx',
    })
  })
})
