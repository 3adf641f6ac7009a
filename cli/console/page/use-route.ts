import { useEffect, useState } from 'preact/hooks'
import { parseRoute, type Route } from './routes.ts'

/** Where the address says that somebody is. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const moved = () => setHash(location.hash)
    addEventListener('hashchange', moved)
    return () => removeEventListener('hashchange', moved)
  }, [])
  return parseRoute(hash)
}
