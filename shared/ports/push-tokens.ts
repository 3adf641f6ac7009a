/** Whom a token names, and for whom it was made. */
export interface PushIdentity {
  readonly email: string
  readonly audience: string
}

/** Verifies the tokens with which a service signs what it pushes to an address. */
export interface PushTokens {
  /**
   * Whose token it is; undefined for one that does not count: forged, over, of another issuer, or of none of the identities.
   * Keys are fetched only for a token that claims to be of one of them.
   * @throws UnavailableError where the keys cannot be read
   */
  findIdentity(token: string, identities: readonly PushIdentity[]): Promise<PushIdentity | undefined>
}
