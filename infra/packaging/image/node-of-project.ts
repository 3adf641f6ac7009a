import { execFileSync } from 'node:child_process'
import { existsSync, globSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { projectRoot } from '../project-root.ts'
import type { LayerEntry } from './layer.ts'

const node = join(projectRoot, 'node_modules', 'node', 'bin', 'node')

/** Where the image has Node. */
export const nodePath = 'usr/bin/node'

/**
 * The Node that npm installs with the project, with the libraries that it is linked with here, each at its own path, and under
 * which licences they may be passed on. It brings the certificates of the public authorities and the time zones itself.
 */
export function nodeEntries(): LayerEntry[] {
  const libraries = librariesOf(node)
  const licence = globSync('node_modules/node/node_modules/node-*/LICENSE', { cwd: projectRoot })[0]
  if (licence === undefined)
    throw new Error('expected the licence of Node below node_modules/node, found none; run npm ci')
  return [
    { path: nodePath, mode: 0o755, from: realpathSync(node) },
    ...libraries.map(path => ({ path: path.slice(1), mode: 0o755, from: realpathSync(path) })),
    { path: 'usr/share/doc/node/LICENSE', mode: 0o644, from: join(projectRoot, licence) },
    ...licencesOf(libraries),
  ]
}

/** Their paths, that of the loader too: what `ldd` prints after an arrow, or alone. */
function librariesOf(program: string): string[] {
  if (process.platform !== 'linux' || !existsSync(program))
    throw new Error(`expected Linux and a Node at ${program}, since the image gets that one; got ${process.platform}`)
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n')
  return lines.flatMap(line => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []).sort()
}

function licencesOf(libraries: readonly string[]): LayerEntry[] {
  const packages = new Set(libraries.map(packageOf))
  return [...packages].sort().map(name => {
    const from = join('/usr/share/doc', name, 'copyright')
    if (!existsSync(from)) throw new Error(`${name}: expected its licence at ${from}, found none`)
    return { path: `usr/share/doc/${name}/copyright`, mode: 0o644, from: realpathSync(from) }
  })
}

/** The Debian package of a file. It may be known by the path before `/lib` became `/usr/lib`, or by that after. */
function packageOf(path: string): string {
  const spelled = [path, realpathSync(path), join('/usr', path), join(dirname(path), basename(realpathSync(path)))]
  for (const one of new Set(spelled)) {
    try {
      const owner = execFileSync('dpkg', ['-S', one], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      return owner.split(':')[0] ?? ''
    } catch {
      // Known by another of them.
    }
  }
  throw new Error(`${path}: expected a file of a Debian package, which says under which licence it may be passed on`)
}
