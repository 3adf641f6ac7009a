import type { ShippedFile } from '../../../cli/io/shipped-files.ts'

/** By esbuild, when the bundle is made. */
declare const shippedTexts: Readonly<Record<ShippedFile, string>>

/** The text of a file that is inside the bundle. */
export const readShipped = (path: ShippedFile): string => shippedTexts[path]
