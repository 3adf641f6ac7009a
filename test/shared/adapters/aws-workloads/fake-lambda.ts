import type { AwsAnswer } from './aws-answer.ts'

interface FakeVersion {
  readonly FunctionName: string
  readonly Version: string
  readonly PackageType: 'Image' | 'Zip'
  readonly CodeSha256: string
  readonly RevisionId: string
  readonly Code: { readonly ImageUri?: string; readonly ResolvedImageUri?: string }
}

const pageSize = 2

/** The functions of one region as Lambda tells of them: in pages of two, the images one by one. */
export class FakeLambda {
  readonly #versions: FakeVersion[] = []
  #revisions = 0

  /** Deploys an image to `$LATEST`, or publishes it as a version. */
  deploy(name: string, image: string, digest: string, version = '$LATEST'): void {
    this.remove(name, version)
    const repository = image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')
    const Code = { ImageUri: image, ResolvedImageUri: `${repository}@${digest}` }
    this.#add({ FunctionName: name, Version: version, PackageType: 'Image', CodeSha256: digest.slice(7), Code })
  }

  deployZip(name: string): void {
    this.#add({ FunctionName: name, Version: '$LATEST', PackageType: 'Zip', CodeSha256: 'zip', Code: {} })
  }

  #add(version: Omit<FakeVersion, 'RevisionId'>): void {
    this.#revisions += 1
    this.#versions.push({ ...version, RevisionId: String(this.#revisions) })
  }

  remove(name: string, version = '$LATEST'): void {
    const at = this.#versions.findIndex(one => one.FunctionName === name && one.Version === version)
    if (at >= 0) this.#versions.splice(at, 1)
  }

  list(query: URLSearchParams): AwsAnswer {
    const all = this.#versions.filter(one => query.get('FunctionVersion') === 'ALL' || one.Version === '$LATEST')
    const from = Number(query.get('Marker') ?? 0)
    const more = from + pageSize < all.length ? { NextMarker: String(from + pageSize) } : {}
    const Functions = all
      .slice(from, from + pageSize)
      .map(({ Code: _, ...one }) => ({ ...one, FunctionArn: arnOf(one) }))
    return { body: { Functions, ...more } }
  }

  get(name: string, version: string): AwsAnswer {
    const found = this.#versions.find(one => one.FunctionName === name && one.Version === version)
    if (!found) return { status: 404, error: 'ResourceNotFoundException' }
    return { body: { Configuration: found, Code: found.Code } }
  }
}

const arnOf = ({ FunctionName, Version }: Pick<FakeVersion, 'FunctionName' | 'Version'>) =>
  `arn:aws:lambda:eu-west-1:123456789012:function:${FunctionName}:${Version}`
