/** RFC 3339 in whole seconds and UTC, as Kubernetes writes times. */
export const secondsOf = (instant: Date): string => `${instant.toISOString().slice(0, 19)}Z`

/** The day of an instant in UTC: `2026-01-02`. */
export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10)
