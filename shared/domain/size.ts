const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

/**
 * A size in words: `999 bytes`, `54.3 MB`. Decimal units with one decimal, as `docker images` and Docker Hub show images,
 * and as people write the capacity of a registry; so kubectl and the command show the same.
 */
export const sizeText = (bytes: number): string => {
  let power = 0
  let amount = bytes
  // 999,950 bytes would be rounded to 1000.0 kB.
  for (; power < units.length - 1 && (power === 0 ? amount >= 1000 : amount >= 999.95); power++) amount /= 1000
  return `${power === 0 ? bytes : amount.toFixed(1)} ${units[power]}`
}
