import { useEffect, useState } from 'preact/hooks'

/** Whether the browser prefers dark pages, also once it comes to prefer others. */
export function useDarkSystem(): boolean {
  const [preference] = useState(() => matchMedia('(prefers-color-scheme: dark)'))
  const [isDark, setIsDark] = useState(preference.matches)
  useEffect(() => {
    const changed = () => setIsDark(preference.matches)
    preference.addEventListener('change', changed)
    return () => preference.removeEventListener('change', changed)
  }, [preference])
  return isDark
}
