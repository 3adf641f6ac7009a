import { amountText } from '../../shared/domain/amount-text.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { ActionWords } from '../../shared/domain/policy/action-words.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { type Column, linesOf } from '../io/columns.ts'
import { shortDigest } from '../io/short-digest.ts'
import { painted, shortened, type TextStyle, wrapped } from '../io/text.ts'
import { keptBy } from './kept-by.ts'
import type { PlannedDecision, PlannedRepository } from './plan.ts'
import { type ShownImage, ShownRepository, uncountedTitle } from './shown-repository.ts'

/** What of a plan people want to see. */
export interface PlanView {
  /** Only the images of that verdict; all where absent. */
  readonly only?: PlannedDecision['verdict']
  /** The table of repositories alone. */
  readonly summary?: boolean
  /** Digests, sizes and times too; a pipe gets them anyway. */
  readonly wide?: boolean
  /** False where nothing may be cut, however wide the terminal is. */
  readonly trunc?: boolean
}

const narrow: readonly Column[] = [
  { title: 'WHAT' },
  { title: 'IMAGE', minWidth: 24 },
  { title: 'WHY', minWidth: 24, below: '' },
]
const wideOnly: readonly Column[] = [{ title: 'DIGEST' }, { title: 'SIZE', align: 'end' }, { title: 'PUSHED' }]
const columnsOf = (isWide: boolean): readonly Column[] => (isWide ? narrow.toSpliced(2, 0, ...wideOnly) : narrow)

/** A repository newest version first, with what hangs below each and a line where its policy cuts. */
export class RepositoryPrinter {
  readonly #shown: ShownRepository
  readonly #repository: PlannedRepository
  readonly #words: ActionWords
  readonly #style: TextStyle
  readonly #view: PlanView
  readonly #isWide: boolean
  constructor(repository: PlannedRepository, words: ActionWords, style: TextStyle, view: PlanView) {
    this.#repository = repository
    this.#shown = new ShownRepository(repository)
    this.#words = words
    this.#style = style
    this.#view = view
    this.#isWide = view.wide === true || style.columns === Number.POSITIVE_INFINITY
  }

  *lines(): Iterable<string> {
    const { repository, totals } = this.#repository
    const head = `${repository}: ${totals.deleted} of ${amountText(totals.images, 'image')} would be ${this.#words.done}`
    yield* wrapped(head, this.#style.columns)
    const table = linesOf(columnsOf(this.#isWide), this.#longest(), this.#style)
    yield table.title
    const { sections } = this.#shown
    for (const { title, cut, kept, rest } of sections) {
      const lineOf = (shown: ShownImage) => this.#painted(table.lineOf(this.#cellsOf(shown)), shown)
      const [above, below] = [this.#linesOf(kept), this.#linesOf(rest)]
      if (this.#view.only === undefined && sections.length > 1)
        yield* wrapped(`${title ?? uncountedTitle}:`, this.#style.columns)
      for (const shown of above) yield lineOf(shown)
      if (this.#view.only === undefined && cut !== undefined && rest.length > 0) yield cutLine(cut, this.#style)
      for (const shown of below) yield lineOf(shown)
    }
  }

  *#linesOf(places: readonly number[]): Iterable<ShownImage> {
    const { only } = this.#view
    for (const shown of this.#shown.lines(places))
      if (only === undefined || shown.decision.verdict === only) yield shown
  }

  /** Of each column the longest cell: gone through twice, so that no line is held. */
  #longest(): number[] {
    const longest = columnsOf(this.#isWide).map(() => 0)
    for (const { kept, rest } of this.#shown.sections)
      for (const places of [kept, rest])
        for (const shown of this.#linesOf(places))
          for (const [at, cell] of this.#cellsOf(shown).entries())
            if (cell.length > (longest[at] ?? 0)) longest[at] = cell.length
    return longest
  }

  #cellsOf(shown: ShownImage): string[] {
    const { decision } = shown
    const verdict = decision.verdict === 'keep' ? 'keep' : this.#words.verb
    const why = whyText(decision, this.#shown.reasonOf(decision), this.#words)
    return [verdict, this.#nameOf(shown), ...(this.#isWide ? this.#wideCells(shown) : []), why]
  }

  /** Alone, a part has no line above it that says what of. */
  #nameOf({ name, place, isLast }: ShownImage): string {
    if (this.#view.only === undefined) return `${branchText(isLast)}${name}`
    return isLast.length === 0 ? name : this.#shown.nameOf(place)
  }

  #wideCells({ row, decision }: ShownImage): string[] {
    const { sizeBytes, pushedAt } = this.#repository.imageAt(row)
    const isWhole = this.#style.columns === Number.POSITIVE_INFINITY
    return [
      isWhole ? decision.digest : shortDigest(decision.digest),
      sizeBytes === undefined ? '?' : sizeText(sizeBytes),
      pushedAt === undefined || Number.isNaN(pushedAt.getTime()) ? '?' : secondsOf(pushedAt),
    ]
  }

  #painted(line: string, { decision }: ShownImage): string {
    const isKept = decision.verdict === 'keep'
    const width = (isKept ? 'keep' : this.#words.verb).length
    return painted(isKept ? 'green' : 'red', line.slice(0, width), this.#style) + line.slice(width)
  }
}

const widestCut = 100

function cutLine(cut: string, { columns }: TextStyle): string {
  const room = Math.min(columns, widestCut)
  return shortened(`── cut: ${cut} keeps those above `, room).padEnd(room, '─')
}

const branchText = (isLast: readonly boolean[]): string =>
  isLast.map((last, at) => (at === isLast.length - 1 ? (last ? '└ ' : '├ ') : last ? '  ' : '│ ')).join('')

/** What is about to happen stands before the reason. */
function whyText({ verdict, rule, deletedTags, mark }: PlannedDecision, reason: string, { done }: ActionWords): string {
  const marked = mark === undefined ? '' : `marked, ${done} after ${mark.deleteAfter}: `
  if (verdict === 'delete') return `${marked}${/^deleted\b/.test(reason) ? reason : `${done} because ${reason}`}`
  const untagged = deletedTags === undefined ? '' : `only loses ${amountText(deletedTags.length, 'tag')}: `
  return `${marked}${untagged}${keptBy(rule)}: ${reason}`
}
