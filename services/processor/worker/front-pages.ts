import { contractPrefix } from '../../../core/contract/names';
import type { JsonObject } from '../../../core/json';
import { oipMetadata } from '../front/oip-answer';
import { refusal, retryLater, type Refusal } from './refusal';
import type { LoadedContract, Registry } from './registry';

/** The server itself, as the Open Inference Protocol asks for it; also below a contract. `rest` is what follows `/v2`. */
export function oipServerPage(rest: string): JsonObject | Refusal {
  switch (rest) {
    case '':
      return { name: 'kea', version: '1', extensions: ['binary_tensor_data'] };
    case '/health/live':
      return { live: true };
    case '/health/ready':
      return { ready: true };
    default:
      return refusal('not-found');
  }
}

/** What the Open Inference Protocol tells of one contract's model, without calling it. @returns 404 for another name, 503 while nothing is ready */
export function oipPage(owner: LoadedContract, path: string, registry: Registry): JsonObject | Refusal {
  const { model, contract } = owner.contract;
  const base = `${contractPrefix(model, contract)}v2`;
  const rest = path.startsWith(base) ? path.slice(base.length) : path.slice('/v2'.length);
  if (!rest.startsWith('/models/')) return oipServerPage(rest);
  const [name, ...more] = rest.slice('/models/'.length).split('/');
  const { call } = owner.methods.get(owner.contract.fronts?.infer ?? '')?.method ?? {};
  if (name !== model || call?.kind !== 'tensors') return refusal('not-found');
  const version = more[0] === 'versions' ? more[1] : undefined;
  const asked = version === undefined ? more : more.slice(2);
  const versions = owner.contract.versions.filter((each) => version === undefined || each.version === version);
  if (versions.length === 0 || (more[0] === 'versions' && version === undefined)) return refusal('not-found');
  if (asked.length === 0)
    return oipMetadata(
      call,
      model,
      versions.map((each) => each.version),
    );
  if (asked.length > 1 || asked[0] !== 'ready') return refusal('not-found');
  return versions.some((each) => registry.isReady(each.cluster)) ? { name: model, ready: true } : retryLater('no-instance', 5);
}

/** `…/openai/v1/models`: the one model of the contract. */
export function openAiPage(owner: LoadedContract, path: string): JsonObject {
  const model = { id: owner.contract.model, object: 'model', created: 0, owned_by: owner.contract.owner };
  return path.endsWith('/openai/v1/models') ? { object: 'list', data: [model] } : model;
}
