import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { projectRoot } from './project-root.ts'

const relativeTypeScript = /((?:from|import\() ?['"])(\.[^'"]+)\.ts(['"])/g

/** Writes the declarations of a source, and of what they name, into a folder, by their paths from the root. */
export function writeTypes(source: string, folder: string): void {
  const all = mkdtempSync(join(tmpdir(), 'shelflife-types-'))
  try {
    const args = ['-p', join(projectRoot, 'infra', 'packaging', 'tsconfig.json'), '--outDir', all]
    execFileSync(process.execPath, [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    for (const [path, text] of reachedFrom(source.replace(/\.ts$/, '.d.ts'), all)) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  } finally {
    rmSync(all, { recursive: true, force: true })
  }
}

/** Most modules are named by no declaration of another. */
function reachedFrom(first: string, folder: string): Map<string, string> {
  const reached = new Map<string, string>()
  const waiting = [first]
  for (const path of waiting) {
    if (reached.has(path)) continue
    const text = readFileSync(join(folder, path), 'utf8')
    for (const [, , target] of text.matchAll(relativeTypeScript)) waiting.push(join(dirname(path), `${target}.d.ts`))
    reached.set(path, text.replace(relativeTypeScript, '$1$2.js$3'))
  }
  return reached
}
