import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseDockerConfig } from '../../../shared/objects/docker-config.ts'

const authOf = (text: string) => Buffer.from(text).toString('base64')
const secretOf = (auths: unknown) => ({ '.dockerconfigjson': JSON.stringify({ auths }) })
const robot = { auth: authOf('robot:s3cret') }
const robotCredential = { username: 'robot', password: 's3cret' }

describe('parseDockerConfig', () => {
  it.each([
    ['harbor.example.com', 'harbor.example.com'],
    ['https://harbor.example.com', 'harbor.example.com'],
    ['https://Harbor.example.com/v2/', 'harbor.example.com'],
    ['harbor.example.com:8443', 'harbor.example.com:8443'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['registry-1.docker.io', 'index.docker.io'],
    ['docker.io', 'registry-1.docker.io'],
  ])('finds the entry %s for %s', (key, host) => {
    expect(parseDockerConfig(secretOf({ [key]: robot }), host)).toEqual(robotCredential)
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
    expect(parseDockerConfig(secretOf({ [key]: robot }), host)).toBeUndefined()
  })

  it('prefers the entry of the whole host to that of a path below it', () => {
    const auths = { 'harbor.example.com/team': { auth: authOf('team:x') }, 'harbor.example.com': robot }

    expect(parseDockerConfig(secretOf(auths), 'harbor.example.com')).toEqual(robotCredential)
  })

  it.each([
    ['user name and password', { username: 'robot', password: 's3cret' }, robotCredential],
    ['auth beside another password', { ...robot, username: 'x', password: 'y' }, robotCredential],
    ['a password with a colon', { auth: authOf('robot:a:b') }, { username: 'robot', password: 'a:b' }],
    ['an auth without padding', { auth: authOf('robot:s3cret').replace(/=+$/, '') }, robotCredential],
    ['a robot account of Harbor', { auth: authOf('robot$ci:s3cret') }, { username: 'robot$ci', password: 's3cret' }],
    ['an entry with nothing in it', {}, undefined],
  ])('reads %s', (_, entry, credential) => {
    expect(parseDockerConfig(secretOf({ 'harbor.example.com': entry }), 'harbor.example.com')).toEqual(credential)
  })

  it('reads the older .dockercfg', () => {
    const secret = { '.dockercfg': JSON.stringify({ 'https://harbor.example.com': robot }) }

    expect(parseDockerConfig(secret, 'harbor.example.com')).toEqual(robotCredential)
  })

  it('finds nothing in a config without entries', () => {
    expect(parseDockerConfig({ '.dockerconfigjson': '{}' }, 'harbor.example.com')).toBeUndefined()
    expect(parseDockerConfig(secretOf({}), '__proto__')).toBeUndefined()
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
