import type { PlannedDecision } from './plan.ts'

/**
 * The JSON of decisions, byte for byte what JSON.stringify writes, in half the time: repositories and reasons repeat
 * from one decision to the next, and digests, verdicts and rules hold nothing to escape.
 */
export class DecisionJson {
  #repository = new LastText()
  #reason = new LastText()

  of(decision: PlannedDecision): string {
    const { repository, digest, tags, verdict, rule, reason, facts, protectedBy, doomedTags, mark } = decision
    const protectors = protectedBy.length === 0 ? '[]' : JSON.stringify(protectedBy)
    const more =
      doomedTags === undefined && mark === undefined ? '' : `,${JSON.stringify({ doomedTags, mark }).slice(1, -1)}`
    return (
      `{"repository":${this.#repository.json(repository)},"digest":"${digest}","tags":${JSON.stringify(tags)},` +
      `"verdict":"${verdict}","rule":"${rule}","reason":${this.#reason.json(reason)},` +
      `"facts":${JSON.stringify(facts)},"protectedBy":${protectors}${more}}`
    )
  }
}

class LastText {
  #text = ''
  #json = '""'

  json(text: string): string {
    if (text !== this.#text) {
      this.#text = text
      this.#json = JSON.stringify(text)
    }
    return this.#json
  }
}
