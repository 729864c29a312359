const DAY_MS = 86_400_000;

/** True once the day of the sunset (ISO date, UTC) is over at `now`, milliseconds since 1970: until then the contract is answered. */
export function isPastSunset(lifecycle: { readonly sunset?: string }, now: number): boolean {
  return lifecycle.sunset !== undefined && now >= Date.parse(lifecycle.sunset) + DAY_MS;
}
