import { ShelflifeError, UnavailableError, type UnavailableKind } from '../../errors.ts'

const dnsCodes = /^(ENOTFOUND|ENODATA|EAI_.*)$/
const timeoutCodes = /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_.*TIMEOUT)$/
const tlsCodes =
  /^(ERR_TLS_.*|ERR_SSL_.*|EPROTO|CERT_.*|CRL_.*|UNABLE_TO_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA)$/

/** The system's own code of an error (`ECONNRESET`); undefined when it has none. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const kindOf = (code: string): UnavailableKind => {
  if (dnsCodes.test(code)) return 'dns'
  if (timeoutCodes.test(code)) return 'timeout'
  return tlsCodes.test(code) ? 'tls' : 'network'
}

/**
 * What an HTTP status says of a server that may answer another time; undefined for an answer that stands. 501 is one:
 * what a server does not know how to do it will not know a second later.
 */
export function unavailableKindOf(status: number): UnavailableKind | undefined {
  if (status === 408 || status === 504) return 'timeout'
  if (status === 429) return 'rate-limited'
  return status >= 500 && status !== 501 ? 'server' : undefined
}

const advice: Record<'dns' | 'network' | 'tls' | 'timeout', string> = {
  dns: 'check the host name',
  network: 'check that the host is up and reachable from here',
  tls: 'check its certificate, or give the certificate authority',
  timeout: 'check that the host is reachable from here',
}

/** Turns what a socket, a resolver or TLS threw into UnavailableError; our own errors pass. `what` names the request. */
export function connectionFailure(what: string, error: unknown): ShelflifeError {
  if (error instanceof ShelflifeError) return error
  const code = codeOf(error) ?? (error instanceof Error ? error.name : 'unknown')
  const kind = kindOf(code)
  const hint = kind === 'rate-limited' || kind === 'server' ? '' : `; ${advice[kind]}`
  return new UnavailableError(`${what}: expected an answer, got ${code}${hint}`, { kind, cause: error })
}
