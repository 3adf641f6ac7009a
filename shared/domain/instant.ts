/** RFC 3339 in whole seconds and UTC, as Kubernetes writes times. */
export const secondsOf = (instant: Date): string => `${instant.toISOString().slice(0, 19)}Z`
