import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Client } from './client.ts'

export const ClientContext = createContext<Client | undefined>(undefined)

/** The server, for whatever is inside of an open session. */
export function useClient(): Client {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('expected an open session, found none')
  return client
}
