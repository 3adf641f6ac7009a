import { join } from 'node:path'

/** The folder of the clone. */
export const projectRoot = join(import.meta.dirname, '..', '..')
