/** Characters, of sealed and opened texts together: some thousand copies of usual size. */
const defaultMaxCharacters = 8_000_000

type Open = () => Promise<string | undefined>

/**
 * What was opened, by what was sealed: whoever asks for the same again, also while it is being opened, gets the same
 * answer. A failure is not kept. The first that were opened go where all are too much.
 */
export class OpenedCopies {
  readonly #kept = new Map<string, { readonly opened: Promise<string | undefined>; characters: number }>()
  readonly #maxCharacters: number
  #characters = 0

  constructor(maxCharacters = defaultMaxCharacters) {
    this.#maxCharacters = maxCharacters
  }

  /** `name` is of one sealed text and its owner: what was opened for another is never answered. */
  find(name: string, open: Open): Promise<string | undefined> {
    const kept = this.#kept.get(name)
    if (kept) return kept.opened
    const opened = open()
    this.#kept.set(name, { opened, characters: 0 })
    this.#grow(name, name.length)
    opened.then(
      text => this.#grow(name, text?.length ?? 0),
      () => this.#forget(name),
    )
    return opened
  }

  #grow(name: string, by: number): void {
    const one = this.#kept.get(name)
    if (!one) return
    one.characters += by
    this.#characters += by
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#maxCharacters) return
      this.#forget(oldest)
    }
  }

  #forget(name: string): void {
    this.#characters -= this.#kept.get(name)?.characters ?? 0
    this.#kept.delete(name)
  }
}
