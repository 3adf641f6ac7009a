import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { credentialFor } from '../../../shared/domain/pull-credentials.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseDockerConfig } from '../../../shared/objects/docker-config.ts'

const authOf = (text: string) => Buffer.from(text).toString('base64')
const secretOf = (auths: unknown) => ({ '.dockerconfigjson': JSON.stringify({ auths }) })
const robot = { auth: authOf('robot:s3cret') }
const none = { paths: new Map() }
const robotCredential = { username: 'robot', password: 's3cret' }

describe('parseDockerConfig', () => {
  it.each([
    ['harbor.example.com', 'harbor.example.com'],
    ['https://harbor.example.com', 'harbor.example.com'],
    ['https://Harbor.example.com/v2/', 'harbor.example.com'],
    ['harbor.example.com:8443', 'harbor.example.com:8443'],
    ['harbor.example.com:443', 'harbor.example.com'],
    ['harbor.example.com', 'Harbor.example.com:443'],
    ['https://harbor.example.com:443/v2/', 'harbor.example.com'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['registry-1.docker.io', 'index.docker.io'],
    ['docker.io', 'registry-1.docker.io'],
  ])('B33 finds the entry %s for %s', (key, host) => {
    expect(parseDockerConfig(secretOf({ [key]: robot }), host)).toEqual({ whole: robotCredential, paths: new Map() })
  })

  it.each([
    ['harbor.example.com', 'evil-harbor.example.com'],
    ['harbor.example.com', 'harbor.example.com.evil.net'],
    ['example.com', 'harbor.example.com'],
    ['*.example.com', 'harbor.example.com'],
    ['harbor.example.com', 'harbor.example.com:8443'],
    ['docker.io', 'evil.docker.io'],
    ['user@harbor.example.com', 'harbor.example.com'],
  ])('B13 does not give the entry %s to %s', (key, host) => {
    expect(parseDockerConfig(secretOf({ [key]: robot }), host)).toEqual(none)
  })

  it.each([
    ['a/app', 'ann'],
    ['a/deep/er/app', 'deep'],
    ['b', 'bob'],
    ['ab/app', 'robot'],
    ['c/app', 'robot'],
    ['constructor/app', 'robot'],
  ])('B33 of keys for paths takes for %s that of %s', (repository, username) => {
    const auths = {
      'https://harbor.example.com/v2/a/': { auth: authOf('ann:x') },
      'harbor.example.com:443/a/deep': { auth: authOf('deep:x') },
      'harbor.example.com/b': { auth: authOf('bob:x') },
      'harbor.example.com': robot,
      'other.example.com/c': { auth: authOf('other:x') },
    }

    const credentials = parseDockerConfig(secretOf(auths), 'harbor.example.com')

    expect(credentialFor(credentials, repository)?.username).toBe(username)
  })

  it('B33 gives the credential of one path to no other, where none is for the whole host', () => {
    const auths = { 'harbor.example.com/a': robot, 'harbor.example.com/b': { auth: authOf('bob:x') } }

    const credentials = parseDockerConfig(secretOf(auths), 'harbor.example.com')

    expect(credentialFor(credentials, 'c/app')).toBeUndefined()
    expect(credentialFor(credentials, 'a/app')).toEqual(robotCredential)
  })

  it('of two keys for the same takes the first', () => {
    const auths = { 'harbor.example.com:443': robot, 'https://harbor.example.com': { auth: authOf('second:x') } }

    expect(parseDockerConfig(secretOf(auths), 'harbor.example.com').whole).toEqual(robotCredential)
  })

  it.each([
    ['beside an auth without a password', { auth: authOf('00000000-0000:'), identitytoken: 's3cret' }],
    ['alone', { identitytoken: 's3cret' }],
  ])('B33 says what to do about an identitytoken %s', (_, entry) => {
    expect(() => parseDockerConfig(secretOf({ 'harbor.example.com': entry }), 'harbor.example.com')).toThrow(
      /got an identitytoken.*use a robot account/,
    )
  })

  it.each([
    ['user name and password', { username: 'robot', password: 's3cret' }, robotCredential],
    ['auth beside another password', { ...robot, username: 'x', password: 'y' }, robotCredential],
    ['a password with a colon', { auth: authOf('robot:a:b') }, { username: 'robot', password: 'a:b' }],
    ['an auth without padding', { auth: authOf('robot:s3cret').replace(/=+$/, '') }, robotCredential],
    ['a robot account of Harbor', { auth: authOf('robot$ci:s3cret') }, { username: 'robot$ci', password: 's3cret' }],
    [
      'an auth in the alphabet of URLs',
      { auth: Buffer.from('robot:???>>>').toString('base64url') },
      { username: 'robot', password: '???>>>' },
    ],
    ['a password beside an identitytoken', { ...robot, identitytoken: 'x' }, robotCredential],
    ['an entry with nothing in it', {}, undefined],
  ])('B33 reads %s', (_, entry, credential) => {
    expect(parseDockerConfig(secretOf({ 'harbor.example.com': entry }), 'harbor.example.com').whole).toEqual(credential)
  })

  it('reads the older .dockercfg', () => {
    const secret = { '.dockercfg': JSON.stringify({ 'https://harbor.example.com': robot }) }

    expect(parseDockerConfig(secret, 'harbor.example.com').whole).toEqual(robotCredential)
  })

  it('finds nothing in a config without entries', () => {
    expect(parseDockerConfig({ '.dockerconfigjson': '{}' }, 'harbor.example.com')).toEqual(none)
    expect(parseDockerConfig(secretOf({}), '__proto__')).toEqual(none)
  })

  it.each([
    ['another kind of Secret', { password: 's3cret' }],
    ['broken JSON', { '.dockerconfigjson': '{"auths":{"harbor.example.com":{"password":"s3cret"' }],
    ['JSON that is no object', { '.dockerconfigjson': '"s3cret"' }],
    ['auths that is a list', { '.dockerconfigjson': '{"auths":["s3cret"]}' }],
    ['a .dockercfg that is a list', { '.dockercfg': '["s3cret"]' }],
    ['an entry that is text', secretOf({ 'harbor.example.com': 's3cret' })],
    ['an auth that is not base64', secretOf({ 'harbor.example.com': { auth: 'robot:s3cret' } })],
    ['an auth without a user', secretOf({ 'harbor.example.com': { auth: authOf(':s3cret') } })],
    ['an auth without a password', secretOf({ 'harbor.example.com': { auth: authOf('s3cret:') } })],
    ['an auth without a colon', secretOf({ 'harbor.example.com': { auth: authOf('s3cret') } })],
  ])('B27 refuses %s and quotes nothing of it', (_, secret) => {
    let refusal: unknown
    try {
      parseDockerConfig(secret, 'harbor.example.com')
    } catch (error) {
      refusal = error
    }

    expect(refusal).toBeInstanceOf(InvalidInputError)
    expect(inspect(refusal, { depth: 9 })).not.toContain('s3cret')
  })
})
