/** Something that this pod must not be able to reach. */
export interface Target {
  /** For people: `credit-score-v1-4-0`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface Verdict {
  /** Targets that answered: the cluster does not enforce its NetworkPolicies. */
  readonly reached: readonly Target[];
  readonly tried: number;
}

/** Opens a connection; true when it was accepted. */
export type Dial = (address: string, port: number) => Promise<boolean>;

/** Policies of a pod that has just started may take effect a moment later: what answers is tried again this often. */
const TRIES = 5;

/**
 * Tries every target, `atOnce` at a time. A target counts as reached only when it answers again and again, with pauses between.
 */
export async function tryTargets(targets: readonly Target[], dial: Dial, pause: () => Promise<void>, atOnce = 50): Promise<Verdict> {
  let open: readonly Target[] = targets;
  for (let attempt = 1; attempt <= TRIES && open.length > 0; attempt++) {
    if (attempt > 1) await pause();
    open = await thoseThatAnswer(open, dial, atOnce);
  }
  return { reached: open, tried: targets.length };
}

async function thoseThatAnswer(targets: readonly Target[], dial: Dial, atOnce: number): Promise<readonly Target[]> {
  const answered: Target[] = [];
  for (let from = 0; from < targets.length; from += atOnce) {
    const some = targets.slice(from, from + atOnce);
    const results = await Promise.all(some.map(({ address, port }) => dial(address, port)));
    answered.push(...some.filter((_, index) => results[index]));
  }
  return answered;
}
