import { NetworkError } from '@keycloak/keycloak-admin-client';

/** Why a sync cannot go on, in one word for exit codes and findings. */
export type FailureReason = 'unreachable' | 'credentials' | 'foreign' | 'losses' | 'busy' | 'refused';

/** A sync that cannot go on; its message names no secret. */
export class SyncFailure extends Error {
  constructor(
    readonly reason: FailureReason,
    message: string,
  ) {
    super(message);
  }
}

/** HTTP status of what the admin client threw. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof NetworkError ? error.response.status : undefined;
}

/** What the admin client threw, in words: method and path, and what Keycloak said. Bodies that were sent are not in it. */
export function asFailure(error: unknown): Error {
  if (error instanceof SyncFailure) return error;
  if (error instanceof NetworkError) {
    const { status, url } = error.response;
    const said = (error.responseData as { errorMessage?: unknown } | undefined)?.errorMessage;
    const what = `${new URL(url).pathname} answered ${status}${typeof said === 'string' ? `: ${said}` : ''}`;
    return new SyncFailure(status === 401 || status === 403 ? 'credentials' : 'refused', what);
  }
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError' || message === 'fetch failed')
    return new SyncFailure('unreachable', cause?.code ?? cause?.message ?? 'no answer in time');
  return error as Error;
}
