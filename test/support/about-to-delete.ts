import { type Loopback, pathOf } from './loopback.ts'
import { createSweepFixture } from './sweep-fixture.ts'

/** Images with these tags whose grace is over, beside one that stays, and the request to delete them. */
export async function aboutToDelete(
  world: Loopback,
  tags: readonly string[],
  image: { readonly platforms?: string[] } = {},
) {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const toDelete = []
  for (const tag of tags) toDelete.push(await world.push({ repository: sweep.path, tag, ...image }))
  await sweep.release('v2')
  return { sweep, toDelete, request: await sweep.ripen() }
}

/** Answers deletes in the place of the registry; `named` is the digest or tag that is to go. */
export const answerDeletes = (world: Loopback, answer: (named: string) => Response | undefined): void =>
  world.intercept(request =>
    request.method === 'DELETE' ? answer(pathOf(request).split('/').at(-1) ?? '') : undefined,
  )
