import { InvalidInputError } from '../../shared/errors.ts'
import type { Page } from './api.ts'

/** A page that is asked for. */
export interface PageAsked {
  readonly cursor?: string | undefined
  readonly limit: number
}

/**
 * The part of a list behind a cursor, which is the place of the last item before and its name: where the list changed
 * meanwhile it goes on behind that name, and where that is gone too, at its place.
 */
export function pageOf<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { cursor, limit }: PageAsked,
): Page<Item> & { readonly from: number } {
  const from = cursor === undefined ? 0 : placeBehind(cursor, items, nameOf)
  const shown = items.slice(from, from + limit)
  const last = shown.at(-1)
  const isLast = last === undefined || from + shown.length >= items.length
  const next = isLast ? undefined : encodeCursor([from + shown.length - 1, nameOf(last)])
  return { items: shown, total: items.length, from, ...(next !== undefined && { next }) }
}

function placeBehind<Item>(cursor: string, items: readonly Item[], nameOf: (item: Item) => string): number {
  const [place, name] = decodeCursor(cursor)
  const isNamed = (item: Item | undefined): boolean => item !== undefined && nameOf(item) === name
  if (isNamed(items[place])) return place + 1
  const moved = items.findIndex(isNamed)
  return moved < 0 ? place : moved + 1
}

type Cursor = readonly [place: number, name: string]

export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** @throws InvalidInputError for what {@link encodeCursor} did not write */
export function decodeCursor(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(value) && Number.isSafeInteger(value[0]) && value[0] >= 0 && typeof value[1] === 'string')
      return [value[0], value[1]]
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new InvalidInputError('cursor: expected the next of a page before, got another text; begin again without it')
}
