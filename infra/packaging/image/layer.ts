import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

export interface LayerEntry {
  /** Without a slash at its beginning; a folder has one at its end. */
  readonly path: string
  readonly mode: number
  /** The path of a file on this machine, or its text; absent for a folder. */
  readonly from?: string
  readonly text?: string
  /** Number of user and group; default root. */
  readonly owner?: number
}

/** Before all files, so that the same files make the same bytes at any time. */
const mtime = new Date(0)

/** A layer of an image: a tar archive and its compressed bytes, which are the same each time. Folders come before what is in them. */
export async function layerOf(entries: readonly LayerEntry[]): Promise<{ tar: Buffer; gzip: Buffer }> {
  const archive = pack()
  const bytes = buffer(archive)
  for (const { path, mode, from, text = '', owner = 0 } of [...foldersOf(entries), ...entries]) {
    const header = { name: path, mode, mtime, uid: owner, gid: owner }
    if (path.endsWith('/')) archive.entry({ ...header, type: 'directory' })
    else archive.entry(header, from === undefined ? Buffer.from(text) : readFileSync(from))
  }
  archive.finalize()
  const tar = await bytes
  return { tar, gzip: gzipSync(tar, { level: 9 }) }
}

/** The folders that no entry is. */
function foldersOf(entries: readonly LayerEntry[]): LayerEntry[] {
  const named = new Set(entries.map(({ path }) => path))
  const above = entries.flatMap(({ path }) => {
    const parts = path.replace(/\/$/, '').split('/')
    return parts.slice(0, -1).map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)
  })
  return [...new Set(above)]
    .filter(path => !named.has(path))
    .sort()
    .map(path => ({ path, mode: 0o755 }))
}
