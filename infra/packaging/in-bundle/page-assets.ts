import type { PageAssets } from '../../../cli/console/page-assets.ts'

interface BuiltAsset {
  readonly path: string
  readonly type: string
  readonly base64: string
}

/** By esbuild, when the bundle is made. */
declare const pageAssets: readonly BuiltAsset[]

/** The page as it was built with the bundle. */
export const buildPage = async (): Promise<PageAssets> =>
  new Map(
    pageAssets.map(({ path, type, base64 }) => [path, { type, body: new Uint8Array(Buffer.from(base64, 'base64')) }]),
  )
