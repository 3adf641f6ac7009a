/** The key that every request carries. It lives as long as the tab, so that a reload does not need a new address. */
const storedKey = 'shelflife-key'

export const findKey = (): string | undefined => sessionStorage.getItem(storedKey) ?? undefined

export const keepKey = (key: string): void => sessionStorage.setItem(storedKey, key)

export const forgetKey = (): void => sessionStorage.removeItem(storedKey)

/** The one-use token of the address that was printed, taken out of it, so that it is neither kept nor passed on. */
export function takeToken(): string | undefined {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1]
  if (token !== undefined) history.replaceState(null, '', '#/overview')
  return token
}
