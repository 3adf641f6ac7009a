import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'

const root = resolve(import.meta.dirname, '../..')
const cache = join(root, '.cache', 'releases')

/**
 * The folder with the sources of an earlier release, unpacked where they find the packages of today. They are files of
 * its commit as they were, `git archive COMMIT FILES` through brotli. Of 0.1.0: the CDK app, the functions, the definitions
 * of the cluster, and commands that have no page and no server. Of 0.2.0: what reads the table, syncs and restores.
 */
export function earlierRelease(name: string): string {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'fresh-'))
  const archive = readFileSync(join(root, 'test/fixtures/releases', name, 'sources.tar.br'))
  execFileSync('tar', ['-x', '-C', fresh], { input: brotliDecompressSync(archive) })
  try {
    renameSync(fresh, folder)
  } catch (error) {
    // Another process was first.
    if (!existsSync(folder)) throw error
    rmSync(fresh, { recursive: true })
  }
  return folder
}
