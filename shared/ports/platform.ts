/**
 * How old the value of a secret may be. `usual`: a minute. `kept`: ten minutes, for whoever asks for it `anew` once the
 * other side refuses it. `anew`: read now, unless it was so within the last minute: what is refused all the time is not read
 * each time.
 */
export type SecretAge = 'usual' | 'kept' | 'anew'

/** Reads secrets by the id that the settings give. Values never appear in logs, errors or statuses. */
export interface SecretStore {
  /** Undefined when there is none of that id. `age`: default `usual`. */
  findSecret(id: string, age?: SecretAge): Promise<string | undefined>
  /** Creates or replaces; no function has the right to. */
  putSecret(id: string, value: string): Promise<void>
  /** Deletes it without recovery; nothing happens where there is none. Used only for what versions before kept under the pull prefix. */
  deleteSecret(id: string): Promise<void>
}

/** The RegistrySecret whose credential a copy is of. */
export interface CopyOwner {
  readonly cluster: string
  /** Of the object. */
  readonly uid: string
}

/** Seals copies of credentials, so that they lie in the table. Neither text appears in logs, errors or statuses. */
export interface Sealer {
  /** A printable text that is of use with the key alone; another one each time. @throws UnavailableError */
  seal(text: string, owner: CopyOwner): Promise<string>
  /**
   * What was sealed for this owner; undefined for anything else, also what was sealed for another or with another key.
   * @throws UnavailableError where the key does not answer
   */
  open(sealed: string, owner: CopyOwner): Promise<string | undefined>
}

/** Keeps the bytes of every manifest before it is deleted. One entry a digest: putting again replaces its graph. */
export interface ManifestArchive {
  putManifest(entry: ArchivedManifest): Promise<void>
  findManifest(repository: string, digest: string): Promise<ArchivedManifest | undefined>
}

/** A Repository object that was deleted with its image, as it can be created again. */
export interface ArchivedObject {
  readonly cluster: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: unknown
}

export interface ArchivedManifest {
  /** Normalised, with the registry's host. */
  readonly repository: string
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** What is needed to put it back: its tags, children and referrers at the time, and the objects deleted with it. */
  readonly graph: {
    readonly tags: readonly string[]
    readonly children: readonly string[]
    readonly referrers: readonly string[]
    readonly objects: readonly ArchivedObject[]
    /** When the deletion began; this and the two below are absent in entries of older versions. */
    readonly deletedAt?: Date
    /** `cluster/namespace/name` of the policy that deleted it, and the run in which it did. */
    readonly policy?: string
    readonly runId?: string
    /**
     * Digests of its configs and layers that its own repository had when they were archived: what is archived of others is
     * none of its business. Absent in entries of older versions.
     */
    readonly heldBlobs?: readonly string[]
  }
}

/** The kill switch: true stops every sweep within one batch. A switch that cannot be read counts as on. */
export interface KillSwitch {
  isPaused(): Promise<boolean>
}

/** How the kill switch stands; `value` is absent where there is no parameter, which stops the sweeps too. */
export interface KillSwitchState {
  readonly isPaused: boolean
  readonly value?: string
  readonly changedAt?: Date
}

/**
 * Reads and sets the kill switch, for people: no function has this right. Throws AccessDeniedError where the caller may not, and
 * UnavailableError where the parameter store does not answer.
 */
export interface KillSwitchControl {
  getState(): Promise<KillSwitchState>
  /** Setting what is set already changes nothing. */
  setPaused(paused: boolean): Promise<void>
}
