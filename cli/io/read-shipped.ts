import { readFileSync } from 'node:fs'
import type { ShippedFile } from './shipped-files.ts'

/** The text of a file that lies beside the sources. In the command as one file, `infra/packaging/in-bundle` has another in its place. */
export const readShipped = (path: ShippedFile): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
