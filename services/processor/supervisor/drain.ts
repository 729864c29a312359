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
 * The order in which a gateway pod leaves: wait until nobody new is sent here, let Envoy say goodbye on its public connections,
 * answer when no request is active any more. Envoy's inner listener stays open, for calls that are under way.
 */
export async function drainGateway(steps: DrainSteps): Promise<{ readonly active: number; readonly ms: number }> {
  const started = Date.now();
  const left = (): number => steps.budgetMs - (Date.now() - started);
  await pause(Math.min(steps.endpointRemovalMs, Math.max(0, left())));
  await admin(steps.envoyAdmin, '/drain_listeners?graceful&skip_exit&inboundonly', 'POST');
  let active = await activeRequests(steps.envoyAdmin);
  while (active > 0 && left() > 0) {
    await pause(100);
    active = await activeRequests(steps.envoyAdmin);
  }
  return { active, ms: Date.now() - started };
}

async function activeRequests(envoyAdmin: string): Promise<number> {
  const text = await admin(envoyAdmin, '/stats?filter=^http.edge.downstream_rq_active$', 'GET');
  return Number(/: (\d+)/.exec(text)?.[1] ?? 0);
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
