import { useState } from 'preact/hooks'
import { addressOf } from './routes.ts'

export interface Filter {
  readonly name: string
  readonly title: string
  /** What can be chosen, where not everything can be typed. */
  readonly choices?: readonly string[]
}

interface FilterFormProps {
  readonly page: string
  readonly filters: readonly Filter[]
  readonly query: Readonly<Record<string, string>>
}

/** What narrows a list. It goes into the address, so that the list can be passed on as a link. */
export function FilterForm({ page, filters, query }: FilterFormProps) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const chosen = { ...query, ...typed }
  const isNarrowed = filters.some(({ name }) => chosen[name])
  return (
    <form
      class="controls"
      aria-label="What to show"
      onSubmit={event => {
        event.preventDefault()
        setTyped({})
        location.hash = addressOf(page, '', chosen)
      }}
    >
      {filters.map(filter => (
        <FilterField
          key={filter.name}
          filter={filter}
          value={chosen[filter.name] ?? ''}
          onChange={value => setTyped(before => ({ ...before, [filter.name]: value }))}
        />
      ))}
      <button type="submit">Show</button>
      {isNarrowed && <a href={addressOf(page)}>Show all</a>}
    </form>
  )
}

interface FilterFieldProps {
  readonly filter: Filter
  readonly value: string
  readonly onChange: (value: string) => void
}

const FilterField = ({ filter: { name, title, choices }, value, onChange }: FilterFieldProps) => (
  <div class="field">
    <label for={`filter-${name}`}>{title}</label>
    {choices === undefined ? (
      <input
        id={`filter-${name}`}
        type="text"
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    ) : (
      <select id={`filter-${name}`} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">all</option>
        {choices.map(choice => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    )}
  </div>
)
