/** Whose request it is, as far as that is known. */
export interface Asker {
  /** The repository that it is about; absent: all that its credential reads. */
  readonly repository?: string | undefined
  /** Names the credential that it is sent with, and never holds it; absent: not known. */
  readonly credentialId?: string | undefined
}

/**
 * Until when (milliseconds of the clock) a host asks to be left alone: for a repository with a credential, for a
 * credential, and as a whole. A pause for one repository counts for it alone at first, for all that its credential
 * reads when another of them gets one too, and for the whole host when another credential does (F46). An answer
 * meanwhile shows that it was the limit of one path: two that always say 429 stop no neighbour.
 */
export class Pauses {
  readonly #repositories = new Map<string, number>()
  readonly #credentials = new Map<string, number>()
  #hostUntilMs = 0
  /** What got a pause since the last answer: repositories by their credential, and credentials. */
  readonly #pausedRepositories = new Map<string, Map<string, number>>()
  readonly #pausedCredentials = new Map<string, number>()

  /** 0 where it never asked. */
  ofRepository({ repository, credentialId = '' }: Asker): number {
    return (repository !== undefined && this.#repositories.get(keyOf(repository, credentialId))) || 0
  }

  /** Of the host as a whole, or of the credential there. */
  ofHost({ credentialId = '' }: Asker): number {
    return Math.max(this.#hostUntilMs, this.#credentials.get(credentialId) ?? 0)
  }

  add({ repository, credentialId }: Asker, untilMs: number, nowMs: number): void {
    const credential = credentialId ?? ''
    forgetPast(this.#repositories, nowMs)
    forgetPast(this.#credentials, nowMs)
    if (repository !== undefined) raise(this.#repositories, keyOf(repository, credential), untilMs)
    const paused = this.#pausedRepositories.get(credential) ?? new Map()
    this.#pausedRepositories.set(credential, paused)
    // Of one that is not known nothing else is known to be of it.
    const isWhole = repository === undefined || isPausedTwice(paused, repository, untilMs, nowMs)
    if (isWhole && credentialId !== undefined) raise(this.#credentials, credential, untilMs)
    const isOfHost = isPausedTwice(this.#pausedCredentials, credential, untilMs, nowMs)
    if (isOfHost || (isWhole && credentialId === undefined)) this.#hostUntilMs = Math.max(this.#hostUntilMs, untilMs)
  }

  /** The host answered such a request as it should. */
  answered({ credentialId = '' }: Asker): void {
    this.#pausedRepositories.delete(credentialId)
    this.#pausedCredentials.clear()
  }
}

const keyOf = (repository: string, credential: string): string => `${credential} ${repository}`

function raise(pauses: Map<string, number>, key: string, untilMs: number): void {
  pauses.set(key, Math.max(pauses.get(key) ?? 0, untilMs))
}

function forgetPast(pauses: Map<string, number>, nowMs: number): void {
  for (const [known, untilMs] of pauses) if (untilMs <= nowMs) pauses.delete(known)
}

/** True where another than `key` has a pause at the same time. */
function isPausedTwice(paused: Map<string, number>, key: string, untilMs: number, nowMs: number): boolean {
  forgetPast(paused, nowMs)
  raise(paused, key, untilMs)
  return paused.size > 1
}
