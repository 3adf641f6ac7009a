import { InvalidInputError } from '../../shared/errors.ts'

/** What a flag says of a port, 0 for any free one. @throws InvalidInputError that names the flag */
export function parsePort(flag: string, text: string, { what = 'a number', most = 65_535 } = {}): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= most) return port
  throw new InvalidInputError(`${flag}: expected ${what} from 0 to ${most}, got ${JSON.stringify(text)}`)
}
