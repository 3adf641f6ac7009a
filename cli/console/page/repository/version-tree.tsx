import { amountText } from '../../../../shared/domain/amount-text.ts'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { ShownVersion, VersionPart } from '../../api.ts'
import { imageAddress } from '../routes.ts'
import { Digest, Text } from '../text.tsx'

/** What is below a version: platforms of an index, signatures and what else is about it. */
export const VersionTree = ({ version, repository }: { version: ShownVersion; repository: string }) => (
  <details class="small">
    <summary>{amountText(countOf(version.tree), 'part')}</summary>
    <Parts of={version.tree} repository={repository} />
  </details>
)

const countOf = (parts: readonly VersionPart[]): number => parts.reduce((sum, part) => sum + 1 + countOf(part.parts), 0)

const Parts = ({ of, repository }: { of: readonly VersionPart[]; repository: string }) => (
  <ul class="tree">
    {of.map(({ digest, kind, label, sizeBytes, parts }) => (
      <li key={digest}>
        {kind} <Text of={label} />{' '}
        <a href={imageAddress(`${repository}@${digest}`)}>
          <Digest of={digest} />
        </a>{' '}
        {sizeBytes === undefined ? '' : sizeText(sizeBytes)}
        {parts.length > 0 && <Parts of={parts} repository={repository} />}
      </li>
    ))}
  </ul>
)
