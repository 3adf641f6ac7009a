import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { projectRoot, readParts } from '../parts/cache.ts'
import { runOrThrow } from '../parts/run.ts'

/** Types into an interactive zsh on a terminal of its own, and waits after each tab for what must appear. */
const typing = `
zmodload zsh/zpty
zpty typed "$ZSH_PROGRAM" -f -i
zpty -w typed 'autoload -Uz compinit && compinit -u -D; source <(shelflife completion zsh); print REA""DY'
zpty -r typed out '*READY*'
zpty -w -n typed $'shelflife hist\t'
zpty -r typed out '*ory *' && print 'a command'
zpty -w -n typed $'\x15shelflife plan --output=nd\t'
zpty -r typed out '*json *' && print 'a value'
zpty -w -n typed $'\x15shelflife plan --agai\t'
zpty -r typed out '*nst *' && print 'a flag'
`

it('a real zsh completes commands, values behind an equals sign, and flags', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-zsh-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(projectRoot, 'cli/shelflife.js'), join(folder, 'shelflife'))
  const { zsh } = readParts()

  const seen = await runOrThrow(zsh, ['-f', '-c', typing], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, ZSH_PROGRAM: zsh },
  })

  expect(seen).toBe('a command\na value\na flag\n')
})
