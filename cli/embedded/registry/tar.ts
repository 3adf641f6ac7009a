const blockSize = 512

/** A tar archive (ustar) of small text files, by path. The same files give the same bytes: no times, no owners. */
export const tarOf = (files: Readonly<Record<string, string>>): Buffer => {
  const entries = Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.concat([
    ...entries.flatMap(([path, text]) => entryOf(path, Buffer.from(text))),
    Buffer.alloc(2 * blockSize),
  ])
}

const entryOf = (path: string, content: Buffer): Buffer[] => {
  const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize)
  return [headerOf(path, content.length), content, padding]
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format" */
const headerOf = (path: string, sizeBytes: number): Buffer => {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`expected a path of at most 100 bytes, got ${path}`)
  const header = Buffer.alloc(blockSize)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${octal(sizeBytes, 11)}\0`, 124)
  header.write(`${octal(0, 11)}\0`, 136)
  header.write('0', 156)
  header.write('        ', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return header
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
