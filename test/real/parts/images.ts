import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOrThrow } from './run.ts'
import { runTool } from './tools.ts'

/**
 * Pushes an image with one layer that holds `content`, so that different contents are different digests.
 * @param reference `HOST/NAME:TAG`; crane speaks plain HTTP to 127.0.0.1
 * @returns the digest
 */
export async function pushImage(reference: string, content: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-image-'))
  try {
    writeFileSync(join(folder, 'content'), content)
    const reproducible = ['--mtime=@0', '--owner=0', '--group=0', '--sort=name']
    await runOrThrow('tar', [...reproducible, '-cf', 'layer.tar', 'content'], { cwd: folder })
    const args = ['append', '--new_layer', join(folder, 'layer.tar'), '--new_tag', reference]
    const { stdout, stderr, exitCode } = await runTool('crane', args, { env })
    const digest = /sha256:[0-9a-f]{64}/.exec(stdout)?.[0]
    if (exitCode !== 0 || !digest) throw new Error(`expected crane to push ${reference}\n${stderr}${stdout}`)
    return digest
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
