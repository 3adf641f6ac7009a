declare module 'dynalite' {
  import type { Server } from 'node:http'

  interface DynaliteOptions {
    /** The folder of the database; in memory when absent. */
    path?: string
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }

  /** The server closes its database when it is closed. */
  export default function dynalite(options?: DynaliteOptions): Server
}
