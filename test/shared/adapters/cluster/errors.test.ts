import { describe, expect, it } from 'vitest'
import { errorOfTransport } from '../../../../shared/adapters/cluster/errors.ts'
import { connectionFailure } from '../../../../shared/adapters/http/failures.ts'

const call = { cluster: 'eu-1', action: 'list pods' }
const failed = (code: string) => Object.assign(new Error('as the system says it'), { code })

describe('a failure of the connection', () => {
  it.each([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['EAI_FAIL', 'dns'],
    ['ENODATA', 'dns'],
    ['ECONNRESET', 'network'],
    ['ECONNREFUSED', 'network'],
    ['ETIMEDOUT', 'timeout'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['CRL_HAS_EXPIRED', 'tls'],
    ['HOSTNAME_MISMATCH', 'tls'],
    ['INVALID_CA', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ])('F18 %s is of the kind %s, of a cluster and of a registry', (code, kind) => {
    expect(errorOfTransport(call, 'api.example.com', failed(code), false)).toMatchObject({ kind })
    expect(connectionFailure('GET https://registry.example.com/v2/', failed(code))).toMatchObject({ kind })
  })

  it('names the cluster, the call, the host, what came and what to do', () => {
    expect(errorOfTransport(call, 'api.example.com', failed('INVALID_CA'), false).message).toBe(
      'cluster eu-1: list pods at api.example.com: expected an answer, got INVALID_CA; check its certificate, or give the certificate authority',
    )
  })
})
