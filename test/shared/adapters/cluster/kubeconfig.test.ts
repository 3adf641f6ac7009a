import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseKubeconfig } from '../../../../shared/adapters/cluster/kubeconfig.ts'
import { AccessDeniedError, InvalidInputError } from '../../../../shared/errors.ts'
import { kubeconfigFor, token } from './scripted-api.ts'

const refusalOf = (text: string): Error => {
  try {
    parseKubeconfig('eu-1', text)
  } catch (error) {
    if (error instanceof InvalidInputError) return error
  }
  throw new Error('expected InvalidInputError')
}

describe('parseKubeconfig', () => {
  it('keeps the path prefix of a server behind a proxy', () => {
    expect(parseKubeconfig('eu-1', kubeconfigFor('https://rancher.example.com/k8s/clusters/c-1/'))).toMatchObject({
      url: 'https://rancher.example.com/k8s/clusters/c-1',
      host: 'rancher.example.com',
    })
  })

  it('sends the token of the current context', async () => {
    const options = await parseKubeconfig('eu-1', kubeconfigFor('https://api.example.com')).requestOptions()

    expect(options.headers).toEqual({ Authorization: `Bearer ${token}` })
  })

  it('takes a context without a user for an anonymous one', async () => {
    const text = kubeconfigFor('https://api.example.com').replace(', user: u', '')

    const options = await parseKubeconfig('eu-1', text).requestOptions()

    expect(options).toMatchObject({ rejectUnauthorized: false })
    expect(options.headers).toEqual({})
  })

  it.each([
    ['no YAML', `token: ${token}\n  - [broken`],
    ['nothing', ''],
    ['a list', '[1, 2]'],
    [
      'an unknown current context',
      kubeconfigFor('https://a.example.com').replace('current-context: only', 'current-context: x'),
    ],
    ['a context of an unknown cluster', kubeconfigFor('https://a.example.com').replace('cluster: c,', 'cluster: d,')],
    ['a server that is no address', kubeconfigFor('not an address')],
    ['a server of another scheme', kubeconfigFor('ftp://a.example.com')],
    [
      'plain http that nobody allowed',
      kubeconfigFor('http://a.example.com').replace('skip-tls-verify: true', 'skip-tls-verify: false'),
    ],
  ])('refuses %s and quotes nothing of it', (_, text) => {
    const refusal = refusalOf(text)

    expect(refusal.message).toMatch(/^cluster eu-1: kubeconfig: expected /)
    expect(inspect(refusal, { depth: 9 })).not.toContain(token)
  })

  it('refuses a token that no header can carry, without showing it', async () => {
    const text = kubeconfigFor('https://api.example.com').replace(token, `"${token}\\n"`)

    const refusal = await parseKubeconfig('eu-1', text)
      .requestOptions()
      .catch(error => error)

    expect(refusal).toBeInstanceOf(AccessDeniedError)
    expect(inspect(refusal)).not.toContain(token)
  })
})
