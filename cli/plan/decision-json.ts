import type { Decision } from '../../shared/domain/verdict.ts'

/**
 * The JSON of decisions, byte for byte what JSON.stringify writes, in half the time: repositories and reasons repeat
 * from one decision to the next, and digests, verdicts and rules hold nothing to escape.
 */
export class DecisionJson {
  #repository = new LastText()
  #reason = new LastText()

  of(decision: Decision): string {
    const { repository, digest, tags, verdict, rule, reason, facts, protectedBy } = decision
    const protectors = protectedBy.length === 0 ? '[]' : JSON.stringify(protectedBy)
    return (
      `{"repository":${this.#repository.json(repository)},"digest":"${digest}","tags":${JSON.stringify(tags)},` +
      `"verdict":"${verdict}","rule":"${rule}","reason":${this.#reason.json(reason)},` +
      `"facts":${JSON.stringify(facts)},"protectedBy":${protectors}}`
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
