import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { Question } from '../../../../shared/domain/retention/explain/question.ts'
import { type JudgeInput, judge } from '../../../../shared/domain/retention/judge.ts'
import { digestOf, nothingRuns, now } from './retention-world.ts'

/** A question about one image of an input of one policy, which the engine itself answers. */
export function questionAbout(
  digest: Image['digest'],
  input: JudgeInput & { policies: readonly [RetentionPolicy] },
): Question {
  const { images, policies, scope } = input
  const [policy] = policies
  return {
    digest,
    images,
    policy,
    now: input.now,
    ...(scope && { scope }),
    answer: (supposed = {}) =>
      judge({
        ...input,
        policies: [{ ...policy, ...supposed.policy }],
        usage: supposed.usage ?? input.usage,
        now: supposed.now ?? input.now,
      })
        .decisions.find(decision => decision.digest === digest)
        ?.toJSON(),
  }
}

/** The same for the image of a tag among images of which nothing runs. */
export const questionOf = (
  tag: string,
  images: readonly Image[],
  policy: RetentionPolicy,
  usage = nothingRuns,
): Question =>
  questionAbout(images.find(image => image.tags.includes(tag))?.digest ?? digestOf(tag), {
    images,
    usage,
    policies: [policy],
    now,
  })
