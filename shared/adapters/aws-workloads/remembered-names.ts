/**
 * Names that belong to what never changes (the images of a revision of a task definition, the versions of an agent runtime as
 * it was changed last), so that each is asked for once in the life of the process. A listing that was cut short continues
 * from there.
 */
export class RememberedNames {
  readonly #names = new Map<string, readonly string[]>()

  /** Forgets what is not listed any more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#names.keys()) if (!ids.has(id)) this.#names.delete(id)
  }

  find(id: string): readonly string[] | undefined {
    return this.#names.get(id)
  }

  remember(id: string, names: readonly string[]): void {
    this.#names.set(id, names)
  }
}
