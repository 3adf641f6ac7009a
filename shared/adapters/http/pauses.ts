/**
 * Until when (milliseconds of the clock) a host asks to be left alone, for each repository and as a whole. What one
 * repository is told counts for it alone at first, and for the whole host when another is told so too meanwhile: a limit
 * of one repository, or of one path, is not the neighbours' (F46).
 */
export class Pauses {
  readonly #byRepository = new Map<string, number>()
  #hostUntilMs = 0

  /** 0 where it never asked. */
  ofRepository(repository: string | undefined): number {
    return (repository !== undefined && this.#byRepository.get(repository)) || 0
  }

  ofHost(): number {
    return this.#hostUntilMs
  }

  add(repository: string | undefined, untilMs: number, nowMs: number): void {
    for (const [known, knownUntilMs] of this.#byRepository) if (knownUntilMs <= nowMs) this.#byRepository.delete(known)
    const isOthersToo = [...this.#byRepository.keys()].some(other => other !== repository)
    if (repository === undefined || isOthersToo) this.#hostUntilMs = Math.max(this.#hostUntilMs, untilMs)
    if (repository !== undefined) this.#byRepository.set(repository, Math.max(this.ofRepository(repository), untilMs))
  }
}
