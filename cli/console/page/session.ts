import { type Session, tokenParameter } from '../api.ts'

const storedSession = 'shelflife-session'

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
  if (token !== undefined) location.replace('#/overview')
  return token
}
