import { expect, it } from 'vitest'
import { changedImage } from '../../../../cli/console/page/history/changed-image.ts'
import { imageAddress } from '../../../../cli/console/page/routes.ts'

const repository = 'registry.example.com/app'
const digest = `sha256:${'a'.repeat(64)}`

it('leads to the image that was changed, though its tag may have moved since', () => {
  const address = imageAddress(`${repository}@${digest}`)

  expect(changedImage({ repository, digest, tag: 'v1' })).toEqual({ text: `${repository}:v1`, address })
  expect(changedImage({ repository, digest })).toEqual({ text: `${repository}@sha256:aaaaaaaaaaaa`, address })
})
