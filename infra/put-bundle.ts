import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { entryOf } from './bundle.ts'

/** A folder of the function, which CDK wants an asset to begin with. */
export const sourceOf = (name: string): string => dirname(entryOf(name))

/** Puts the bundle of a function into a folder: made by esbuild of this machine and never by docker. */
export function putBundle(name: string, folder: string): void {
  execFileSync(process.execPath, [bundler, name, folder], { stdio: ['ignore', 'ignore', 'inherit'] })
}

const bundler = join(import.meta.dirname, 'bundle-function.ts')
