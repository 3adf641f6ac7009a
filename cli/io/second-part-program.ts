/** The program of the thread that reads the second part of a file. In the command as one file it is that file itself. */
export const secondPartProgram = new URL('./second-part-thread.ts', import.meta.url)
