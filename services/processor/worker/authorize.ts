import { GRPC_METHODS, GRPC_SERVICE } from '../../../core/contract/fronts';
import { Header } from '../../../core/contract/headers';
import { pinRole } from '../../../core/contract/names';
import { PORTAL_PATH, WorkerPath } from '../../../core/contract/ports';
import { isPastSunset } from '../../../core/decide/sunset';
import { callableMethods, roleVerdict } from '../../../core/decide/role-verdict';
import { admitRate } from './admit';
import type { Answer, Call } from './call';
import { auditLevel } from './record';
import { refusal, retryLater, type Refusal } from './refusal';
import type { WorkerServices } from './services';

const PORTAL = `${WorkerPath.authz}${PORTAL_PATH}`;

function isPortal(url: string): boolean {
  return url === PORTAL || url.startsWith(`${PORTAL}/`) || url.startsWith(`${PORTAL}?`);
}

/** An answer that lets the call go to its model. */
const GO: Answer = { kind: 'whole', status: 200, headers: {}, body: '' };

/**
 * The edge asks about a page of the portal, where only the deny list counts, and about one gRPC call before it sends it to its model: roles once more, limits as over HTTP, and a record of the intent;
 * what the model answered stands in the edge's log under the same id. Anything unclear is a refusal.
 */
export async function authorize(call: Call, services: WorkerServices): Promise<Answer | Refusal> {
  const { headers, url = '' } = call.request;
  if (isPortal(url)) {
    call.notes.unrecorded = true;
    return services.denials.refuse(call) ?? GO;
  }
  const named = headers[Header.model];
  const [model = '', contract = '', ...more] = typeof named === 'string' ? named.split('/') : [];
  const owner = more.length === 0 ? services.registry.contract(model, contract) : undefined;
  if (owner === undefined || owner.contract.grpc !== true) return retryLater('configuration-pending', 1);
  call.notes.contract = owner;
  call.notes.part = owner.digest;
  call.notes.intent = true;
  const denied = services.denials.refuse(call);
  if (denied !== undefined) return denied;
  const rpc = url.startsWith(WorkerPath.authz + GRPC_SERVICE) ? url.slice((WorkerPath.authz + GRPC_SERVICE).length) : '';
  const roles = call.caller.roles ?? [];
  const method = owner.methods.get(owner.contract.fronts?.infer ?? '');
  if (method === undefined || (auditLevel(call) === 'strict' && !services.audit.available)) return retryLater('audit-unavailable', 5);
  if ((GRPC_METHODS.about as readonly string[]).includes(rpc)) {
    const member =
      roles.includes(pinRole(model)) ||
      callableMethods(
        owner.contract.methods.filter((each) => !each.public),
        roles,
      ).length > 0;
    return member && call.caller.principal !== '' ? GO : refusal('forbidden');
  }
  if (!(GRPC_METHODS.infer as readonly string[]).includes(rpc)) return refusal('not-found');
  call.notes.method = method;
  const pin = headers[Header.version];
  if (!method.method.public && call.caller.principal === '') return refusal('forbidden');
  if (roleVerdict(method.method, roles) === 'forbidden') return refusal('forbidden');
  if (pin !== undefined && !roles.includes(pinRole(model))) return refusal('forbidden');
  if (pin !== undefined) call.notes.pinned = true;
  if (isPastSunset(owner.contract.lifecycle, call.time)) return refusal('gone');
  return (await admitRate(call, method, services)) ?? GO;
}
