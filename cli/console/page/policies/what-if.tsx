import { useState } from 'preact/hooks'
import type { PolicyPage } from '../../api.ts'
import { useSettled } from '../use-settled.ts'
import { ComparedPlans } from './compared-plans.tsx'
import { CopyYaml } from './copy-yaml.tsx'
import { numbersOf, pathText, type Spec, type SpecNumber, withNumber } from './spec-numbers.ts'

/** So long nothing may be typed before the server is asked: each question judges every image. */
const settleMs = 400

/** Other numbers, and at once what they would delete and free. Nothing is applied. */
export function WhatIf({ page }: { page: PolicyPage }) {
  const [spec, setSpec] = useState<Spec>(page.spec)
  const asked = useSettled(JSON.stringify(spec), settleMs)
  const isChanged = JSON.stringify(page.spec) !== asked
  return (
    <section class="panel" aria-labelledby="what-if">
      <h2 id="what-if">What if</h2>
      <p class="quiet">Change a number to see what would go and what that frees. Nothing is applied.</p>
      <div class="controls">
        {numbersOf(spec).map(number => (
          <NumberField
            key={pathText(number.path)}
            of={number}
            onChange={value => setSpec(before => withNumber(before, number.path, value))}
          />
        ))}
        {isChanged && (
          <button type="button" onClick={() => setSpec(page.spec)}>
            As it was
          </button>
        )}
      </div>
      {isChanged ? <ComparedPlans policy={page.policy} spec={asked} /> : <CopyYaml yaml={page.yaml} />}
    </section>
  )
}

const NumberField = ({ of, onChange }: { of: SpecNumber; onChange: (value: number | undefined) => void }) => (
  <label>
    {pathText(of.path)}
    <input
      type="number"
      min="0"
      value={of.value === undefined ? '' : String(of.value)}
      onInput={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : Number(currentTarget.value))}
    />
  </label>
)
