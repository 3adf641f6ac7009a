import { InvalidInputError } from '../errors.ts'
import { quoted } from './repository-name.ts'
import { compileGlob, type Matcher } from './retention/glob.ts'

const expected = 'expected a repository path with * within a segment and ** for one segment or more'
const impossible = /[^a-z0-9._\-*/]/

/**
 * Compiles a glob of repository paths, without a host: `*` is any run of characters within a segment, `**` is one whole
 * segment or more, everything else stands for itself. So `team-*` is `team-a` and never `team-a/app`, and `a/**` is all
 * below `a` and not `a` itself.
 *
 * The cost of a look is bounded by the path's length times its segments, whatever the glob is.
 *
 * @throws InvalidInputError for an empty glob, an empty segment, a `**` that shares its segment, and a character that no
 *   path can hold
 */
export function compilePathGlob(glob: string): (path: string) => boolean {
  refuseImpossible(glob)
  const [first = [], ...others] = blocksOf(glob.split('/'))
  const last = others.pop()
  const least = first.length + others.reduce((sum, block) => sum + block.length + 1, last ? last.length + 1 : 0)
  return path => {
    const segments = path.split('/')
    if (segments.length < least || segments.includes('') || !standsAt(first, segments, 0)) return false
    if (!last) return segments.length === first.length
    let at = first.length
    for (const block of others) {
      at = endOfFirst(block, segments, at + 1)
      if (at < 0) return false
    }
    const end = segments.length - last.length
    return end > at && standsAt(last, segments, end)
  }
}

function refuseImpossible(glob: string): void {
  const refuse = (why: string) => new InvalidInputError(`${expected}, got ${quoted(glob)}: ${why}`)
  if (glob === '') throw new InvalidInputError(`${expected}, got an empty text`)
  const odd = impossible.exec(glob)?.[0]
  if (odd !== undefined) throw refuse(`${quoted(odd)} can never occur in a repository path`)
  for (const segment of glob.split('/')) {
    if (segment === '') throw refuse('a segment is empty')
    if (segment.includes('**') && segment !== '**')
      throw refuse(`** must stand alone between slashes, not in ${quoted(segment)}`)
  }
}

/** What stands between the `**` of a glob: consecutive segments, each with its own matcher. */
type Block = readonly Matcher[]

function blocksOf(segments: readonly string[]): Block[] {
  const blocks: Matcher[][] = [[]]
  for (const segment of segments) {
    if (segment === '**') blocks.push([])
    else blocks.at(-1)?.push(compileGlob(segment, 'name'))
  }
  return blocks
}

const standsAt = (block: Block, segments: readonly string[], start: number): boolean =>
  start + block.length <= segments.length && block.every((matches, at) => matches(segments[start + at] as string))

/** Where the first place from `from` on ends at which the block stands, -1 for none. The first leaves most for the rest. */
function endOfFirst(block: Block, segments: readonly string[], from: number): number {
  for (let start = from; start + block.length <= segments.length; start++)
    if (standsAt(block, segments, start)) return start + block.length
  return -1
}
