import { describe, expect, it } from 'vitest'
import { findReferred, parseImageName, parseRepositoryName } from '../../../shared/domain/image-name.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { growthOf } from '../../support/growth.ts'

const hex = 'a'.repeat(63)
const digest = `sha256:${hex}b`
const upper = `sha256:${hex.toUpperCase()}B`

describe('B24 image names', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx', 'latest', undefined],
    ['nginx:1.27', 'docker.io/library/nginx', '1.27', undefined],
    ['docker.io/nginx', 'docker.io/library/nginx', 'latest', undefined],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx', 'latest', undefined],
    ['registry-1.docker.io/library/nginx:1', 'docker.io/library/nginx', '1', undefined],
    ['grafana/grafana:11', 'docker.io/grafana/grafana', '11', undefined],
    ['localhost/app', 'localhost/app', 'latest', undefined],
    ['localhost:5000/app:v1', 'localhost:5000/app', 'v1', undefined],
    ['registry.example.com:443/app', 'registry.example.com/app', 'latest', undefined],
    ['Registry.Example.com/team/app:v1', 'registry.example.com/team/app', 'v1', undefined],
    ['[::1]:5000/app:v1', '[::1]:5000/app', 'v1', undefined],
    [`app@${digest}`, 'docker.io/library/app', undefined, digest],
    [`registry.example.com/app:v1@${upper}`, 'registry.example.com/app', 'v1', digest],
    [`docker-pullable://nginx@${digest}`, 'docker.io/library/nginx', undefined, digest],
    [`containerd://localhost:5000/app@${digest}`, 'localhost:5000/app', undefined, digest],
  ])('reads %s', (text, repository, tag, expected) => {
    expect(parseImageName(text)).toMatchObject({ repository })
    expect(parseImageName(text)).toEqual(expect.objectContaining(tag === undefined ? {} : { tag }))
    expect([parseImageName(text)].map(({ digest: read }) => read)).toEqual([expected])
    expect('tag' in parseImageName(text)).toBe(tag !== undefined)
  })

  it.each([digest, upper, `docker://${digest}`, digest.slice(7)])('reads %s as a digest without a repository', text => {
    expect(parseImageName(text)).toEqual({ digest })
  })

  it.each([
    ['', 'is no repository path'],
    ['App', 'is no repository path'],
    ['nginx:', 'the tag "" is none'],
    ['nginx:-v1', 'the tag "-v1" is none'],
    [`nginx:${'a'.repeat(129)}`, 'is none'],
    ['nginx@sha256:123', 'is not sha256: and 64 hex digits'],
    [`nginx@sha512:${'0'.repeat(128)}`, 'is not sha256: and 64 hex digits'],
    ['nginx@', 'is not sha256: and 64 hex digits'],
    ['registry.example.com/../app', 'is no repository path'],
    ['registry.example.com//app', 'is no repository path'],
    ['registry.example.com/%2e%2e/app', 'is no repository path'],
    [`registry.example.com/${'a'.repeat(256)}`, 'is no repository path'],
    ['user@registry.example.com/app', 'is not sha256: and 64 hex digits'],
    ['-registry.example.com/app', 'is no registry host'],
    ['nginx\n', 'is no repository path'],
    [' nginx', 'is no repository path'],
    ['nginх', 'is no repository path'],
    [`nginx:${'a'.repeat(5000)}`, 'expected an image name'],
  ])('refuses %j', (text, why) => {
    expect(() => parseImageName(text)).toThrow(InvalidInputError)
    expect(() => parseImageName(text)).toThrow(why)
  })

  it.each(['a-', 'a_', 'a.', 'a/', '-', '::', '[['])('takes linear time for hostile names of %j', part => {
    const refusals = (name: string) => () => {
      for (let count = 0; count < 100; count++) expect(() => parseImageName(name)).toThrow(InvalidInputError)
    }

    const growth = growthOf(refusals(`${part.repeat(50)}!`), refusals(`${part.repeat(500)}!`))

    expect(growth).toBeLessThan(15)
  })
})

describe('repository names', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx'],
    ['localhost:5000/app', 'localhost:5000/app'],
    ['index.docker.io/grafana/grafana', 'docker.io/grafana/grafana'],
  ])('normalises %s', (text, repository) => {
    expect(parseRepositoryName(text)).toBe(repository)
  })

  it.each(['nginx:1', `nginx@${digest}`, 'UPPER', ''])('refuses %j', text => {
    expect(() => parseRepositoryName(text)).toThrow(InvalidInputError)
  })

  it.each([
    [`docker-pullable://nginx:1@sha512:${'0'.repeat(128)}`, 'docker.io/library/nginx'],
    ['host.example/app:{{inputs.parameters.tag}}', 'host.example/app'],
    ["host.example/app:v{{workflow.parameters['a/b:c']}}-slim", 'host.example/app'],
    ['host.example:5000/team/app:$(params.tag)', 'host.example:5000/team/app'],
    [`app:$\{TAG}`, 'docker.io/library/app'],
    [`host.example/app:{{= ${'x'.repeat(2000)} }}`, 'host.example/app'],
    ['host.example/app@{{digest}}', 'host.example/app'],
    ['host.example/app:{{tag}}@sha256:{{digest}}', 'host.example/app'],
  ])('leave the whole repository of %s, whose tag or digest cannot be compared', (text, repository) => {
    const referred = findReferred(text)

    expect(referred).toMatchObject({ repository })
    expect(referred).not.toHaveProperty('tag')
    expect(referred).not.toHaveProperty('digest')
  })

  it('leave the digest behind a template in the place of the repository', () => {
    expect(findReferred(`{{registry}}/app@${upper}`)).toEqual({ digest })
  })

  it.each([
    '{{inputs.parameters.image}}',
    '$(params.image)',
    '{{registry}}/app:v1',
    'host.example/{{name}}:v1',
    'host.example/app{{suffix}}:v1',
    'Not a name@sha512:0',
    'host.example/app:not a tag',
    '',
    ' ',
    '{{',
    `{{${'a'.repeat(2000)}}}/app:v1`,
    `${'a'.repeat(2000)}:{{tag}}`,
  ])('mean nothing where the repository cannot be read: %j', text => {
    expect(findReferred(text)).toBeUndefined()
  })
})
