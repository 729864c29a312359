const LIMIT_MS = 2000;

/** Envoy's own series as Prometheus text, so that one scrape of the management port has everything; nothing while Envoy does not answer. */
export async function envoyStats(admin: string): Promise<string> {
  try {
    const answer = await fetch(`${admin}/stats/prometheus`, { signal: AbortSignal.timeout(LIMIT_MS) });
    return answer.ok ? await answer.text() : '';
  } catch {
    return '';
  }
}
