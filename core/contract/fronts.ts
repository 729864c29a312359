import { contractPrefix } from './names';

/**
 * Front paths: the addresses at which the field's own clients expect a model. Each stands for a method of the contract, under its roles,
 * limits, cache and checks. Open Inference Protocol v2: `…/v2`; OpenAI: `…/openai/v1`.
 */
export const FRONTS = ['infer', 'chat', 'completions', 'embeddings'] as const;
export type FrontName = (typeof FRONTS)[number];

/** Front path → name of the method that it stands for. */
export type Fronts = { readonly [front in FrontName]?: string };

/** Pages of a standard: what it tells about models, without calling one. */
export type FrontPage = 'v2.page' | 'openai.page';

export type FrontPath = {
  readonly path: string;
  /** `path` is only the beginning, and ends with a slash. */
  readonly prefix: boolean;
} & (
  | { readonly kind: 'page'; readonly page: FrontPage }
  /** `pinnedByPath`: the version stands in the path, so the pin role is needed as with the header. */
  | { readonly kind: 'call'; readonly front: FrontName; readonly method: string; readonly pinnedByPath: boolean }
);

const OPENAI_PATHS: { readonly [front in Exclude<FrontName, 'infer'>]: string } = {
  chat: 'chat/completions',
  completions: 'completions',
  embeddings: 'embeddings',
};

/** Front paths below a contract's prefix, calls first. */
export function contractFronts(model: string, contract: string, fronts: Fronts): readonly FrontPath[] {
  const base = contractPrefix(model, contract);
  return [...inferPaths(`${base}v2`, model, fronts), ...openAiPaths(`${base}openai/v1`, model, fronts)];
}

/** `/v2/models/<model>`, which means the newest contract. */
export function bareFronts(model: string, fronts: Fronts): readonly FrontPath[] {
  return inferPaths('/v2', model, fronts).filter(({ path }) => path.startsWith(barePrefix(model)));
}

/** Service of the Open Inference Protocol over gRPC: what its paths begin with. */
export const GRPC_SERVICE = '/inference.GRPCInferenceService/';

/** What may be called over gRPC: the method of `fronts.infer`, and what tells of models without calling one. Nothing that loads or unloads. */
export const GRPC_METHODS = {
  infer: ['ModelInfer'],
  about: ['ServerLive', 'ServerReady', 'ServerMetadata', 'ModelReady', 'ModelMetadata'],
} as const;

/** Value of the metadata `kea-model`. */
export function grpcModel(model: string, contract: string): string {
  return `${model}/${contract}`;
}

/** The key of the bare paths in the edge's prefix map. */
export function barePrefix(model: string): string {
  return `/v2/models/${model}`;
}

function inferPaths(base: string, model: string, { infer }: Fronts): readonly FrontPath[] {
  if (infer === undefined) return [];
  const at = `${base}/models/${model}`;
  const call = { kind: 'call', front: 'infer', method: infer } as const;
  const page = { kind: 'page', page: 'v2.page' } as const;
  return [
    { ...call, path: `${at}/infer`, prefix: false, pinnedByPath: false },
    { ...call, path: `${at}/versions/`, prefix: true, pinnedByPath: true },
    { ...page, path: base, prefix: false },
    { ...page, path: at, prefix: false },
    { ...page, path: base === '/v2' ? `${at}/` : `${base}/`, prefix: true },
  ];
}

function openAiPaths(base: string, model: string, fronts: Fronts): readonly FrontPath[] {
  const calls = (['chat', 'completions', 'embeddings'] as const).flatMap((front): FrontPath[] => {
    const method = fronts[front];
    return method === undefined
      ? []
      : [{ kind: 'call', front, method, path: `${base}/${OPENAI_PATHS[front]}`, prefix: false, pinnedByPath: false }];
  });
  if (calls.length === 0) return [];
  const page = { kind: 'page', page: 'openai.page', prefix: false } as const;
  return [...calls, { ...page, path: `${base}/models` }, { ...page, path: `${base}/models/${model}` }];
}
