import { expect, it } from 'vitest'
import { imagesNamedIn } from '../../../../shared/adapters/cluster/named-images.ts'

it('finds every text under a key image, through any depth, each once', () => {
  const workflow = {
    spec: {
      templates: [
        { container: { image: 'a:v1' }, sidecars: [{ image: 'b:v1' }], initContainers: [{ image: 'a:v1' }] },
        { script: { image: '{{inputs.parameters.image}}' }, imagePullPolicy: 'Always' },
        { containerSet: { containers: [{ image: ' c:v1 ' }] } },
      ],
      image: ['d:v1', ['e:v1', 7, null], ''],
    },
    status: { storedTemplates: { main: { container: { image: 'f:v1' } } } },
  }

  expect(imagesNamedIn(workflow).sort()).toEqual([
    'a:v1',
    'b:v1',
    'c:v1',
    'd:v1',
    'e:v1',
    'f:v1',
    '{{inputs.parameters.image}}',
  ])
})

it('finds the reference of an image volume, and nothing else of what is no text', () => {
  const volumes = [{ name: 'data', image: { reference: 'data:v1', pullPolicy: 'Always' } }]
  const values = { image: { repository: 'app', tag: 'v1' } }

  expect(imagesNamedIn({ volumes, values, image: 7, other: { image: null }, more: { image: ' ' } })).toEqual([
    'data:v1',
  ])
})

it.each([undefined, null, 'image', 7, [], {}])('finds nothing in %j', object => {
  expect(imagesNamedIn(object)).toEqual([])
})

it('B3 reads an object of any depth', () => {
  let deep: unknown = 'deep:v1'
  for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { image: deep }

  expect(imagesNamedIn({ spec: deep })).toEqual(['deep:v1'])
})
