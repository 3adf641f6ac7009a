import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const ownTree = join(import.meta.dirname, '..', '..')

/** The sources of another commit in a folder of their own, with the packages of this one. */
export interface OtherTree {
  readonly root: string
  remove(): void
}

export const checkOut = (ref: string): OtherTree => {
  const root = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
  const archive = join(root, 'sources.tar')
  execFileSync('git', ['archive', '--format=tar', '-o', archive, ref], { cwd: ownTree })
  execFileSync('tar', ['-xf', archive, '-C', root])
  rmSync(archive)
  symlinkSync(packagesOf(ownTree), join(root, 'node_modules'))
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}

/** The nearest folder of packages that npm filled, here or above. */
export const packagesOf = (folder: string): string => {
  const packages = join(folder, 'node_modules')
  const isFilled = existsSync(join(packages, '.package-lock.json'))
  return isFilled || dirname(folder) === folder ? packages : packagesOf(dirname(folder))
}
