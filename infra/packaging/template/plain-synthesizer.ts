import {
  CfnParameter,
  type DockerImageAssetLocation,
  type FileAssetLocation,
  FileAssetPackaging,
  type FileAssetSource,
  type IBoundStackSynthesizer,
  type IReusableStackSynthesizer,
  type ISynthesisSession,
  type Stack,
  StackSynthesizer,
} from 'aws-cdk-lib'

/** Below this folder of the bucket lie the assets. */
export const assetPrefix = 'shelflife/'

/** An asset of the templates: where in the bucket they look for it, and the folder or file below the assembly that it is made of. */
export interface PlainAsset {
  readonly key: string
  readonly source: string
  readonly isFolder: boolean
}

/** Templates that need nothing of CDK in the account: what they ask for lies in one bucket, named at once or by a parameter. */
export function plainSynthesizer(bucket: string | undefined) {
  const assets = new Map<string, PlainAsset>()
  const reusableBind = (stack: Stack): IBoundStackSynthesizer => {
    const bound = new PlainSynthesizer(bucket, assets)
    bound.bind(stack)
    return surfaceOf(bound)
  }
  const synthesizer: IReusableStackSynthesizer = { ...surfaceOf(new PlainSynthesizer(bucket, assets)), reusableBind }
  return { synthesizer, assets }
}

/** Without the roles of a bootstrapped account, which the base class says it does not have and the interface may not say. */
const surfaceOf = (synthesizer: PlainSynthesizer): IBoundStackSynthesizer => ({
  addFileAsset: asset => synthesizer.addFileAsset(asset),
  addDockerImageAsset: () => synthesizer.addDockerImageAsset(),
  bind: stack => synthesizer.bind(stack),
  synthesize: session => synthesizer.synthesize(session),
})

class PlainSynthesizer extends StackSynthesizer {
  readonly #assets: Map<string, PlainAsset>
  readonly #bucket: string | undefined

  constructor(bucket: string | undefined, assets: Map<string, PlainAsset>) {
    super()
    this.#bucket = bucket
    this.#assets = assets
  }

  addFileAsset({ fileName, sourceHash, packaging }: FileAssetSource): FileAssetLocation {
    if (fileName === undefined) throw new Error('expected an asset of a file or a folder, got a command that makes one')
    const isFolder = packaging === FileAssetPackaging.ZIP_DIRECTORY
    const objectKey = `${assetPrefix}${sourceHash}.zip`
    this.#assets.set(objectKey, { key: objectKey, source: fileName, isFolder })
    const bucketName = this.#bucket ?? this.#bucketParameter().valueAsString
    const address = `${bucketName}/${objectKey}`
    return { bucketName, objectKey, httpUrl: `https://s3.amazonaws.com/${address}`, s3ObjectUrl: `s3://${address}` }
  }

  addDockerImageAsset(): DockerImageAssetLocation {
    throw new Error('expected no container image among the assets')
  }

  synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session)
    this.emitArtifact(session)
  }

  #bucketParameter(): CfnParameter {
    const found = this.boundStack.node.tryFindChild('AssetsBucket')
    if (found instanceof CfnParameter) return found
    return new CfnParameter(this.boundStack, 'AssetsBucket', {
      description: `the bucket, of the same region, that holds the assets below ${assetPrefix}`,
    })
  }
}
