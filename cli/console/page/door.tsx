import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Session } from '../api.ts'
import { App } from './app.tsx'
import { openClient, openSession } from './client.ts'
import { ClientContext } from './client-context.ts'
import { findSession, keepSession, takeToken } from './session.ts'
import { Text } from './text.tsx'
import { messageOf } from './use-load.ts'

const noToken =
  'This tab has no session. Open the address that the console printed; it is good once, and shelflife console prints a new one.'

/** Lets in who comes with the printed address, or was here before in this tab. */
export function Door() {
  const [session, setSession] = useState<Session>()
  const [message, setMessage] = useState<string>()
  useEffect(() => {
    const enter = () =>
      findOrOpenSession().then(
        found => {
          if (found !== undefined) setMessage(undefined)
          if (found === undefined) setMessage(noToken)
          else setSession(found)
        },
        error => setMessage(messageOf(error)),
      )
    const entered = () => {
      if (location.hash.startsWith('#/')) return
      void enter()
    }
    void enter()
    // The printed address may be opened in a tab that was here before, which does not load the page anew.
    addEventListener('hashchange', entered)
    return () => removeEventListener('hashchange', entered)
  }, [])
  const client = useMemo(() => session && openClient(session, setMessage), [session])
  if (message !== undefined)
    return (
      <main>
        <h1>The console is closed</h1>
        <p role="alert">
          <Text of={message} />
        </p>
      </main>
    )
  if (client === undefined) return <main aria-busy="true" />
  return (
    <ClientContext.Provider value={client}>
      <App />
    </ClientContext.Provider>
  )
}

async function findOrOpenSession(): Promise<Session | undefined> {
  const token = takeToken()
  if (token === undefined) return findSession()
  const session = await openSession(token)
  keepSession(session)
  return session
}
