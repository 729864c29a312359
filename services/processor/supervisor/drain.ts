/** What draining needs from outside, so that it can be tested without waiting. */
export interface DrainSteps {
  /** `http://127.0.0.1:9900` */
  readonly envoyAdmin: string;
  /** Until other pods and load balancers know that this one leaves, milliseconds. */
  readonly endpointRemovalMs: number;
  /** All in all, milliseconds. */
  readonly budgetMs: number;
}

/**
 * The order in which a gateway pod leaves: wait until nobody new is sent here, let Envoy say goodbye on its public connections, answer when no request
 * is active and no connection is left. A connection that a caller keeps hears of the end with its next answer; one that Envoy closed before would
 * break the call that a caller sends at that moment. Envoy's inner listener stays open, for calls that are under way.
 */
export async function drainGateway(
  steps: DrainSteps,
): Promise<{ readonly active: number; readonly connections: number; readonly ms: number }> {
  const started = Date.now();
  const left = (): number => steps.budgetMs - (Date.now() - started);
  await pause(Math.min(steps.endpointRemovalMs, Math.max(0, left())));
  await admin(steps.envoyAdmin, '/drain_listeners?graceful&skip_exit&inboundonly', 'POST');
  let { requests, connections } = await openAt(steps.envoyAdmin);
  while (requests + connections > 0 && left() > 0) {
    await pause(100);
    ({ requests, connections } = await openAt(steps.envoyAdmin));
  }
  return { active: requests, connections, ms: Date.now() - started };
}

async function openAt(envoyAdmin: string): Promise<{ readonly requests: number; readonly connections: number }> {
  const text = await admin(envoyAdmin, '/stats?filter=^http.edge.downstream_(cx|rq)_active$', 'GET');
  const gauge = (name: string): number => Number(new RegExp(`downstream_${name}_active: (\\d+)`).exec(text)?.[1] ?? 0);
  return { requests: gauge('rq'), connections: gauge('cx') };
}

async function admin(base: string, path: string, method: 'GET' | 'POST'): Promise<string> {
  try {
    const answer = await fetch(`${base}${path}`, { method, signal: AbortSignal.timeout(2000) });
    return await answer.text();
  } catch {
    // An Envoy that is gone has nothing left to drain.
    return '';
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
