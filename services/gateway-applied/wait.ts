/** What one gateway pod says about its configuration. */
export interface PodState {
  readonly address: string;
  /** Digest of the bundle that serves; undefined when none does, or the pod does not answer. */
  readonly digest?: string;
  /** Why it does not show the wanted one, as far as the pod tells. */
  readonly reason?: string;
}

export interface WaitOptions {
  /** The bundle that every pod must show. */
  readonly digest: string;
  /** Pods that there are at least. */
  readonly pods: number;
  readonly timeoutMs: number;
  readonly pollMs: number;
}

/** How the pods are found and asked, so that waiting can be tested without a cluster. */
export interface Gateways {
  /** Addresses of all pods, ready or not. */
  addresses(): Promise<readonly string[]>;
  ask(address: string): Promise<PodState>;
  pause(ms: number): Promise<void>;
  now(): number;
}

/**
 * Waits until all gateway pods show the bundle, twice in a row, so that a pod that was just being added is seen too.
 * Resolves with undefined, or with one line that says which pods do not and why.
 */
export async function waitForBundle(gateways: Gateways, options: WaitOptions): Promise<string | undefined> {
  const deadline = gateways.now() + options.timeoutMs;
  for (let seen = 0; ;) {
    const states = await Promise.all((await gateways.addresses()).map((address) => gateways.ask(address)));
    const missing = states.filter(({ digest }) => digest !== options.digest);
    seen = missing.length === 0 && states.length >= options.pods ? seen + 1 : 0;
    if (seen === 2) return undefined;
    if (gateways.now() >= deadline) return explain(states, missing, options);
    await gateways.pause(options.pollMs);
  }
}

function explain(states: readonly PodState[], missing: readonly PodState[], { digest, pods }: WaitOptions): string {
  if (missing.length === 0) return `there are ${states.length} gateway pods, not ${pods}`;
  const each = missing.map(
    ({ address, digest: shown, reason }) => `${address}: ${reason ?? `shows ${shown?.slice(0, 12) ?? 'no bundle'}`}`,
  );
  return `${missing.length} of ${states.length} gateway pods do not show bundle ${digest.slice(0, 12)}: ${each.join('; ')}`;
}
