/**
 * The images of what never changes (a deployed state of a function, a revision of a task definition), so that each is
 * asked for once in the life of the process. A listing that was cut short continues from there.
 */
export class RememberedImages {
  readonly #images = new Map<string, readonly string[]>()

  /** Forgets what is not listed any more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#images.keys()) if (!ids.has(id)) this.#images.delete(id)
  }

  find(id: string): readonly string[] | undefined {
    return this.#images.get(id)
  }

  remember(id: string, images: readonly string[]): void {
    this.#images.set(id, images)
  }
}
