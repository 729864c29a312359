/** Requests at once. Keycloak on two cores gains nothing from more. */
const LANES = 4;

/** Runs `work` for each item, a few at a time; the first error ends all. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  const lanes = Array.from({ length: Math.min(LANES, items.length) }, lane);
  const ended = await Promise.allSettled(lanes);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason as Error;
  return results;
}
