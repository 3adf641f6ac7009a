import { amountText } from '../../../../shared/domain/amount-text.ts'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { WhatIf } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { ListEnd } from '../list-end.tsx'
import { imageAddress } from '../routes.ts'
import { shortDigest } from '../shown-text.ts'
import { Text } from '../text.tsx'
import { usePages } from '../use-pages.ts'
import { type TableColumn, VirtualTable } from '../virtual-table.tsx'
import { CopyYaml } from './copy-yaml.tsx'

type Change = WhatIf['items'][number]

const pageSize = '200'

const words: Readonly<Record<Change['change'], string>> = {
  'kept-to-deleted': 'kept → deleted',
  'deleted-to-kept': 'deleted → kept',
  tags: 'other tags',
}

const columns: readonly TableColumn<Change>[] = [
  {
    title: 'Change',
    kind: 'word',
    cell: ({ change }) => <strong class={change === 'deleted-to-kept' ? 'good' : 'bad'}>{words[change]}</strong>,
  },
  {
    title: 'Image',
    kind: 'name',
    cell: ({ repository, tags, digest }) => (
      <a href={imageAddress(`${repository}@${digest}`)}>
        <Text of={tags.length === 0 ? `${repository}@${shortDigest(digest)}` : `${repository}:${tags.join(',')}`} />
      </a>
    ),
  },
  { title: 'Now', cell: ({ before }) => <Text of={`${before.rule}: ${before.reason}`} /> },
  { title: 'Then', cell: ({ after }) => <Text of={`${after.rule}: ${after.reason}`} /> },
]

/** What a changed policy would do beside what it does now, as `shelflife plan --against` says it. */
export function ComparedPlans({ policy, spec }: { policy: string; spec: string }) {
  const client = useClient()
  const list = usePages<Change, WhatIf>(`${policy} ${spec}`, cursor =>
    client.post('/api/what-if', { policy, spec: JSON.parse(spec), limit: pageSize, ...(cursor && { cursor }) }),
  )
  const { last } = list
  return (
    <>
      <div aria-live="polite">{last !== undefined && <Comparison of={last} />}</div>
      <VirtualTable
        caption="What would be otherwise"
        columns={columns}
        rows={list.rows}
        keyOf={({ repository, digest }) => `${repository}@${digest}`}
        total={last?.total}
        onEnd={list.more}
      />
      <ListEnd of="nothing would be otherwise" count={list.rows.length} {...list} />
      {last !== undefined && <CopyYaml yaml={last.yaml} />}
    </>
  )
}

const Comparison = ({ of: { totals, freedBytes, limits } }: { of: WhatIf }) => (
  <>
    <p>
      <strong>
        {amountText(totals.keptToDeleted, 'image')} more would go, {totals.deletedToKept} would stay that go now.
      </strong>{' '}
      Would free {sizeText(freedBytes.after)} instead of {sizeText(freedBytes.before)}
      {freedBytes.more !== 0 && `: ${sizeText(Math.abs(freedBytes.more))} ${freedBytes.more > 0 ? 'more' : 'less'}`}.
    </p>
    <p class="quiet">
      {amountText(totals.images, 'image')}: {totals.stillKept} still kept, {totals.stillDeleted} still deleted
      {totals.otherTags > 0 && `, ${totals.otherTags} kept with other tags`}.
    </p>
    {limits.before.reason !== undefined && (
      <p class="warn">
        Now: <Text of={limits.before.reason} />
      </p>
    )}
    {limits.after.reason !== undefined && (
      <p class="warn">
        Then: <Text of={limits.after.reason} />
      </p>
    )}
  </>
)
