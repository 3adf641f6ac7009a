import { type FrontAnswer, type FrontRequest, v2Error } from '../registry-front.ts'

export const tokenUser = { username: 'sweeper', password: 'hush' }
/** A refresh token in the place of a password. */
export const refreshLogin = { username: '00000000-0000-0000-0000-000000000000', password: 'refresh' }
export const entraToken = 'entra'

const basicOf = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** Who may what, and the tokens that say so. @see https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
export class AcrTokens {
  /** What no token is given for, and no user name lets do. */
  readonly denied = new Set<string>()
  /** Scopes for which tokens were given, oldest first. */
  readonly scopes: string[] = []
  #generation = 0

  /** All tokens that were given end. */
  endAll(): void {
    this.#generation += 1
  }

  /** Undefined for what is no request for a token. */
  answer({ method, path, headers }: FrontRequest, body: Buffer, host: string): FrontAnswer | undefined {
    const url = new URL(path, `http://${host}`)
    const form = new URLSearchParams(body.toString())
    const refusal = v2Error(401, 'UNAUTHORIZED')
    if (url.pathname === '/oauth2/exchange') {
      const isGood = form.get('access_token') === entraToken && form.get('grant_type') === 'access_token'
      return isGood && form.get('service') === host ? { status: 200, body: { refresh_token: 'refresh' } } : refusal
    }
    if (url.pathname !== '/oauth2/token') return undefined
    const isGood = method === 'POST' ? form.get('refresh_token') === 'refresh' : this.#isKnown(headers.authorization)
    const scope = (method === 'POST' ? form : url.searchParams).get('scope') ?? ''
    if (!isGood || this.#isDenied(scope)) return refusal
    this.scopes.push(scope)
    return { status: 200, body: { access_token: Buffer.from(`${this.#generation} ${scope}`).toString('base64') } }
  }

  /** Undefined for whoever may do this. */
  refusalOf({ headers }: FrontRequest, host: string, scope: string): FrontAnswer | undefined {
    const { authorization = '' } = headers
    const given = Buffer.from(authorization.replace(/^Bearer /, ''), 'base64').toString()
    const [, name = '', action = ''] = scope.split(':')
    const isGranted = authorization.startsWith('Bearer ')
      ? given.startsWith(`${this.#generation} `) &&
        (name === 'undefined' || given.includes(`:${name}:`)) &&
        (given.includes(action) || name === 'undefined')
      : this.#isKnown(authorization) && !this.#isDenied(scope)
    if (isGranted) return undefined
    const header = `Bearer realm="http://${host}/oauth2/token",service="${host}",scope="${scope}"`
    return { ...v2Error(401, 'UNAUTHORIZED'), headers: { 'www-authenticate': header } }
  }

  #isKnown(authorization: string | undefined): boolean {
    return [tokenUser, refreshLogin].some(login => basicOf(login) === authorization)
  }

  #isDenied(scope: string): boolean {
    return [...this.denied].some(action => scope.includes(action))
  }
}
