import { useState } from 'preact/hooks'
import { plainText } from '../shown-text.ts'

/** A document to apply, to be copied or selected. */
export function CopyYaml({ yaml }: { yaml: string }) {
  const [copied, setCopied] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(yaml)
      setCopied('copied')
    } catch {
      setCopied('the browser does not let it be copied: select it')
    }
  }
  return (
    <>
      <div class="controls">
        <button type="button" onClick={() => void copy()}>
          Copy as YAML
        </button>
        <span role="status">{copied}</span>
      </div>
      <details>
        <summary>YAML</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
        <pre tabIndex={0}>{shownYaml(yaml)}</pre>
      </details>
    </>
  )
}

/** Line breaks stand; all else that cannot be seen is spelled. */
const shownYaml = (yaml: string): string => yaml.split('\n').map(plainText).join('\n')
