import { type Session, tokenParameter } from '../api.ts'

const storedSession = 'shelflife-session'
const storedAddress = 'shelflife-address'

/** The session of this tab. It lives as long as the tab, so that a reload does not need a new address. */
export function findSession(): Session | undefined {
  const stored = sessionStorage.getItem(storedSession)
  return stored === null ? undefined : JSON.parse(stored)
}

export const keepSession = (session: Session): void => sessionStorage.setItem(storedSession, JSON.stringify(session))

export const forgetSession = (): void => sessionStorage.removeItem(storedSession)

/** The one-use token of the address that was printed, taken out of it, so that it is neither kept nor passed on. */
export function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get(tokenParameter) ?? undefined
  if (token === undefined) return undefined
  location.replace(sessionStorage.getItem(storedAddress) ?? '#/overview')
  sessionStorage.removeItem(storedAddress)
  return token
}

/** For who followed a link without a session: the next one opened in this tab leads there. */
export function keepAddress(): void {
  if (location.hash.startsWith('#/')) sessionStorage.setItem(storedAddress, location.hash)
}
