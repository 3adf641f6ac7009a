import { join } from 'node:path'
import { run } from '../real/parts/run.ts'

const launcher = join(import.meta.dirname, '../../cli/shelflife.js')

/** Links the command into `folder`, puts that on the PATH, and completes the last word as bash does. */
const script = `
ln -sf "$LAUNCHER" shelflife
PATH=$PWD:$PATH
source <(shelflife completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
$(complete -p shelflife | sed -E 's/.*-F ([^ ]+).*/\\1/') shelflife "\${COMP_WORDS[COMP_CWORD]}"
(( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"
exit 0`

/** What a real bash, in that folder, offers for the last of the words, which it cuts as it cuts a line. */
export async function offeredByBash(folder: string, words: readonly string[]): Promise<string[]> {
  const cut = words.flatMap(word => (word === '' ? [''] : word.split(/([:=@])/).filter(piece => piece !== '')))
  const { stdout, stderr, exitCode } = await run('bash', ['--norc', '-c', script, 'bash', 'shelflife', ...cut], {
    cwd: folder,
    env: { ...process.env, LAUNCHER: launcher },
  })
  if (exitCode !== 0 || stderr !== '')
    throw new Error(`expected bash to complete in silence, got ${exitCode}: ${stderr}`)
  return stdout.split('\n').filter(line => line !== '')
}
