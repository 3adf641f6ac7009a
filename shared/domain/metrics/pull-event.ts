import { parseImageName } from '../image-name.ts'

/** What kubelets tell of pulls: one came, one failed, one is put off since others failed. */
export type PullOutcome = 'pulled' | 'failed' | 'backed-off'

/** An Event of a kubelet that tells of a pull. */
export interface PullEvent {
  readonly uid: string
  /** How often it happened until now: a kubelet counts up what it says again in the same words. */
  readonly count: number
  readonly namespace: string
  readonly node: string
  /** `host/path`, without tag and digest. */
  readonly image: string
  readonly outcome: PullOutcome
  /** How long the pull took, with its wait for others; absent where it does not say. */
  readonly seconds?: number
  /** True where it is as it was when Events were read last: all that it tells is counted. */
  readonly isOld?: boolean
}

/** Other words of a kubelet, as of an image that was there already, tell of no pull. */
const sentences: readonly { readonly outcome: PullOutcome; readonly reason: string; readonly words: RegExp }[] = [
  { outcome: 'pulled', reason: 'Pulled', words: /^Successfully pulled image "([^"]+)"(?: in (\S+))?/ },
  { outcome: 'failed', reason: 'Failed', words: /^Failed to pull image "([^"]+)"/ },
  { outcome: 'backed-off', reason: 'BackOff', words: /^Back-off pulling image "([^"]+)"/ },
]

/** With the wait for other pulls of the node, which is what its Pod waited for. */
const withWait = /\((\S+) including waiting\)/

/**
 * What the reason and the message of an Event say of a pull; undefined for any other.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/image_manager.go
 */
export function pullOf(reason: string, message: string): Pick<PullEvent, 'outcome' | 'image' | 'seconds'> | undefined {
  for (const { outcome, reason: wanted, words } of sentences) {
    if (reason !== wanted) continue
    const [, spelled = '', took] = words.exec(message) ?? []
    const image = imageOf(spelled)
    if (image === undefined) return undefined
    const seconds = secondsOf(withWait.exec(message)?.[1] ?? took ?? '')
    return { outcome, image, ...(seconds !== undefined && { seconds }) }
  }
  return undefined
}

/** Undefined for what names no repository. */
function imageOf(spelled: string): string | undefined {
  try {
    return parseImageName(spelled).repository
  } catch {
    return undefined
  }
}

const unitSeconds: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
}
const part = /(\d+(?:\.\d+)?)(h|ms|m|us|µs|μs|ns|s)/gu
const whole = /^(?:\d+(?:\.\d+)?(?:h|ms|m|us|µs|μs|ns|s))+$/u

/** No kubelet waits so long for a pull: who may write Events may write any number. */
const mostSeconds = 86_400

/** A duration as Go prints it, such as `1m2.5s`; undefined for other text and for more than a day. */
function secondsOf(text: string): number | undefined {
  if (!whole.test(text)) return undefined
  const seconds = [...text.matchAll(part)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (unitSeconds[unit] ?? 0),
    0,
  )
  return seconds <= mostSeconds ? seconds : undefined
}
