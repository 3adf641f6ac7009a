/** What the config of an image says it runs on. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

/** `linux/arm64`, `linux/arm/v7`; attestations run nowhere, and say `unknown/unknown`. */
export const platformText = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter(Boolean).join('/')
