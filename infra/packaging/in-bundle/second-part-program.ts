/** The bundle itself, which reads the second part where it finds itself in a thread. */
export const secondPartProgram = new URL(import.meta.url)
