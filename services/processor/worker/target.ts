import { FRONTS, type FrontName, type FrontPage } from '../../../core/contract/fronts';
import { Header } from '../../../core/contract/headers';
import { callableMethods, roleVerdict } from '../../../core/decide/role-verdict';
import type { Call } from './call';
import { refusal, retryLater, type Refusal } from './refusal';
import type { LoadedContract, LoadedMethod, Registry } from './registry';

/** What the edge's route says that this request is for. */
export type Target =
  | {
      readonly kind: 'method';
      readonly method: LoadedMethod;
      /** The standard whose path was called. @default - the contract's own */
      readonly front?: FrontName;
      /** Version that the caller asks for, by header or by path, and may. */
      readonly pin?: string;
    }
  | { readonly kind: 'catalogue' }
  | { readonly kind: 'platform-openapi' }
  | { readonly kind: 'platform-v2' }
  | { readonly kind: 'contract-openapi' | FrontPage; readonly contract: LoadedContract };

const OPENAPI_PAGE = 'openapi.json';
const REST = '*';

/**
 * Route headers → target. The edge has judged the caller; here its headers must be there and agree, or nothing passes:
 * a request without a route is not the edge's (503), a route of an unknown part waits for its configuration (503).
 */
export function findTarget(call: Call, registry: Registry): Target | Refusal {
  const { headers } = call.request;
  const route = headers[Header.route];
  const part = headers[Header.part];
  if (typeof route !== 'string' || route === '')
    return refusal('processor-unavailable', { detail: 'the call did not come through the edge' });
  if (typeof part !== 'string' || part === '') return pending();
  call.notes.part = part;
  const [model = '', contract = '', method = '', ...rest] = route.split('/');
  if (rest.length > 0) return pending();
  if (model === 'platform' && method === '') return platformPage(call, registry, contract, part);
  const loaded = registry.part(part);
  if (loaded === undefined || loaded.contract.model !== model || loaded.contract.contract !== contract) return pending();
  call.notes.contract = loaded;
  if (method === OPENAPI_PAGE) return contractPage(call, loaded, 'contract-openapi');
  if (method === 'v2.page' || method === 'openai.page') return contractPage(call, loaded, method);
  if (method === REST) return unrouted(call, loaded);
  const found = loaded.methods.get(method);
  return found === undefined ? pending() : methodTarget(call, found);
}

function pending(): Refusal {
  return retryLater('configuration-pending', 1);
}

function anonymous(): Refusal {
  return refusal('processor-unavailable', { detail: 'the edge named no caller' });
}

function methodTarget(call: Call, found: LoadedMethod): Target | Refusal {
  call.notes.method = found;
  const { caller } = call;
  if (!found.method.public && caller.principal === '') return anonymous();
  if (caller.roles !== undefined && roleVerdict(found.method, caller.roles) === 'forbidden') return refusal('forbidden');
  if (call.request.method !== 'POST') return notAllowed('POST');
  const { [Header.version]: pin, [Header.pinned]: mayPin, [Header.front]: front } = call.request.headers;
  if (pin !== undefined && mayPin !== 'true') return refusal('forbidden');
  const named = FRONTS.find((each) => each === front);
  if (named !== undefined) call.notes.front = named;
  if (front !== undefined && named === undefined) return pending();
  const byPath = named === undefined ? undefined : pinOfPath(pathOf(call));
  if (byPath === '') return refusal('not-found');
  if (byPath !== undefined && mayPin !== 'true') return refusal('forbidden');
  const pinned = byPath ?? (typeof pin === 'string' ? pin : undefined);
  return {
    kind: 'method',
    method: found,
    ...(named === undefined ? {} : { front: named }),
    ...(pinned === undefined ? {} : { pin: pinned }),
  };
}

/** The version in `…/versions/<version>/infer`; `''` for another ending. */
function pinOfPath(path: string): string | undefined {
  const at = path.indexOf('/versions/');
  return at < 0 ? undefined : (/^\/versions\/([0-9.]{1,24})\/infer$/.exec(path.slice(at))?.[1] ?? '');
}

function pathOf(call: Call): string {
  return (call.request.url ?? '').split('?', 1)[0] ?? '';
}

function platformPage(call: Call, registry: Registry, page: string, part: string): Target | Refusal {
  if (call.caller.principal === '') return anonymous();
  if (!registry.hasIndex(part)) return pending();
  if (page !== 'models' && page !== 'openapi' && page !== 'v2') return refusal('not-found');
  if (call.request.method !== 'GET' && call.request.method !== 'HEAD') return notAllowed('GET');
  return { kind: page === 'models' ? 'catalogue' : page === 'v2' ? 'platform-v2' : 'platform-openapi' };
}

function contractPage(call: Call, contract: LoadedContract, kind: 'contract-openapi' | FrontPage): Target | Refusal {
  if (call.caller.principal === '') return anonymous();
  if (call.request.method !== 'GET' && call.request.method !== 'HEAD') return notAllowed('GET');
  return { kind, contract };
}

/** Whatever else stands below a contract: 405 only for what the caller may call, else 404. */
function unrouted(call: Call, contract: LoadedContract): Refusal {
  if (call.caller.principal === '' && !contract.contract.methods.some((method) => method.public)) return anonymous();
  const path = pathOf(call);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { method } = call.request;
  if (name === OPENAPI_PAGE && method !== 'GET' && method !== 'HEAD') return notAllowed('GET');
  const callable = callableMethods(contract.contract.methods, call.caller.roles ?? []);
  return callable.some((each) => each.method === name) && method !== 'POST' ? notAllowed('POST') : refusal('not-found');
}

function notAllowed(allow: string): Refusal {
  return refusal('method-not-allowed', { headers: { allow } });
}
