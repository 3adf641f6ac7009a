import { createHash } from 'node:crypto'

/**
 * The FIFO group of a repository: a hash, since a group holds at most 128 characters and a repository 256. The relay of
 * ECR's events makes the same text, see `infra/constructs/rule-relay.ts`.
 */
export const messageGroupOf = (of: { registry: string; repository: string }): string =>
  createHash('sha256').update(`${of.registry}/${of.repository}`).digest('hex').slice(0, 32)
