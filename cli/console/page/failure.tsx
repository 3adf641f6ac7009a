import { Text } from './text.tsx'

/** What went wrong, in the server's words, with the way to try again. */
export const Failure = ({ message, retry }: { message: string; retry: () => void }) => (
  <div class="panel bad-news" role="alert">
    <p>
      <Text of={message} />
    </p>
    <button type="button" onClick={retry}>
      Try again
    </button>
  </div>
)
