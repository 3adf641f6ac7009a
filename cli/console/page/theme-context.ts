import { createContext } from 'preact'
import type { Theme } from './theme.ts'

/** What pictures are drawn anew for. */
export const ThemeContext = createContext<Theme>('system')
