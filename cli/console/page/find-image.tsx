import { useState } from 'preact/hooks'
import { imageAddress } from './routes.ts'

/** From any page to an image by its name, also to one that is gone. */
export function FindImage() {
  const [name, setName] = useState('')
  return (
    <form
      class="find"
      aria-label="Find an image"
      onSubmit={event => {
        event.preventDefault()
        if (name.trim() !== '') location.hash = imageAddress(name.trim())
      }}
    >
      <label for="find-image" class="small">
        Why is this image here, or gone?
      </label>{' '}
      <input
        id="find-image"
        type="search"
        placeholder="path:tag"
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />{' '}
      <button type="submit">Explain</button>
    </form>
  )
}
