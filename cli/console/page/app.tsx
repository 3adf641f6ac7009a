import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { FindImage } from './find-image.tsx'
import { History } from './history/history.tsx'
import { Image } from './image/image.tsx'
import { Overview } from './overview/overview.tsx'
import { Policies } from './policies/policies.tsx'
import { Policy } from './policies/policy.tsx'
import { Repository } from './repository/repository.tsx'
import { addressOf, type Route } from './routes.ts'
import { Runs } from './runs/runs.tsx'
import { plainText } from './shown-text.ts'
import { applyTheme, storedTheme, type Theme, themes } from './theme.ts'
import { ThemeContext } from './theme-context.ts'
import { useDarkSystem } from './use-dark-system.ts'
import { useRoute } from './use-route.ts'

const places = [
  { page: 'overview', title: 'Overview' },
  { page: 'policies', title: 'Policies' },
  { page: 'runs', title: 'Runs' },
  { page: 'history', title: 'History' },
] as const

/** Under which entry of the menu a page that has none is found. */
const belongsTo: Readonly<Record<string, string>> = { repository: 'overview', image: 'overview', policy: 'policies' }

/** The frame around every page. */
export function App() {
  const route = useRoute()
  const [theme, setTheme] = useState(storedTheme)
  const isDarkSystem = useDarkSystem()
  useEffect(() => {
    document.title = `${plainText(route.about || route.page)} - shelflife`
  }, [route.about, route.page])
  // Before the pictures are drawn, which read their colours from the page.
  useLayoutEffect(() => applyTheme(theme), [theme])
  return (
    <ThemeContext.Provider value={theme === 'system' && isDarkSystem ? 'dark' : theme}>
      <header class="bar">
        <a class="skip" href={location.hash} onClick={focusMain}>
          Skip to the content
        </a>
        <span class="brand">shelflife</span>
        <nav aria-label="Pages">
          {places.map(({ page, title }) => (
            <a key={page} href={addressOf(page)} aria-current={isAt(route, page) ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <FindImage />
        <ThemeSwitch theme={theme} onChange={setTheme} />
      </header>
      <Main key={`${route.page}/${route.about}`}>
        <Page route={route} />
      </Main>
    </ThemeContext.Provider>
  )
}

const isAt = ({ page }: Route, place: string): boolean => (belongsTo[page] ?? page) === place

const focusMain = (event: Event): void => {
  event.preventDefault()
  document.querySelector('main')?.focus()
}

/** Takes the focus when another page opens, so that a screen reader begins there. */
function Main({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    window.scrollTo(0, 0)
    main.current?.focus()
  }, [])
  return (
    <main ref={main} tabIndex={-1}>
      {children}
    </main>
  )
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'overview':
      return <Overview search={route.query.search ?? ''} />
    case 'repository':
      return <Repository repository={route.about} />
    case 'image':
      return <Image image={route.about} />
    case 'policies':
      return <Policies />
    case 'policy':
      return <Policy policy={route.about} />
    case 'runs':
      return <Runs query={route.query} />
    case 'history':
      return <History query={route.query} />
    default:
      return (
        <>
          <h1>No such page</h1>
          <p>
            This address names none. <a href={addressOf('overview')}>To the overview</a>
          </p>
        </>
      )
  }
}

const ThemeSwitch = ({ theme, onChange }: { theme: Theme; onChange: (theme: Theme) => void }) => (
  <label class="small">
    Theme{' '}
    <select
      value={theme}
      onChange={({ currentTarget }) => onChange(themes.find(one => one === currentTarget.value) ?? 'system')}
    >
      {themes.map(one => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  </label>
)
