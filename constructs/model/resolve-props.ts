import type { Finding } from '../../core/findings/finding';
import type { ContractDocument, ModelDocument } from '../../schema/generated/model';
import { resolveModel } from '../../schema/resolve/model';
import type { ResolvedModel, ResolvedStack } from '../../schema/resolved';
import { type DefinedStack, defineStack } from '../stack';

/** The model file's keys, for a model that is written in TypeScript instead of YAML. */
export interface MlModelFile extends ModelDocument {
  /** What the folder would be called: small letters, digits and hyphens, at most 45 characters. */
  readonly name: string;
  /**
   * Contracts beside the keys above, as `v1.yaml`, `v2.yaml` would say them. A model with one contract writes its keys above instead.
   *
   * @default - one contract, from the keys above
   */
  readonly contracts?: { readonly [contract: string]: ContractDocument };
  /**
   * The stack: where images are pinned, where artifacts are stored, which namespace the gateway has. Made by `defineStack`.
   *
   * @default - every key's own default
   */
  readonly stack?: DefinedStack;
}

/** The same shapes that `loadPlatform` makes of files, and what was wrong. A model with errors has no contracts. Pure: reads no artifact. */
export function resolveProps(props: MlModelFile): {
  readonly model: ResolvedModel;
  readonly stack: ResolvedStack;
  readonly findings: readonly Finding[];
} {
  const { name, contracts, stack = defineStack(), ...keys } = props;
  const documents = new Map(Object.entries(contracts ?? { [contractOf(keys)]: keys }));
  const sources = { name, folder: `models/${name}`, model: keys, contracts: documents, files: new Map() };
  const { resolved, findings } = resolveModel(sources, { stack, stackDocument: { defaults: stack.defaults } });
  return { model: resolved ?? refused(name, props), stack, findings };
}

/** The contract that a one-file model serves: the major of its versions, else v1. */
function contractOf(keys: ModelDocument): string {
  const major = Object.keys(keys.versions ?? {})[0]?.split('.')[0];
  return `v${major ?? '1'}`;
}

/** Stands in for a model that was refused, so that the rest of the tree can be judged too. */
function refused(name: string, props: MlModelFile): ResolvedModel {
  return {
    name,
    folder: `models/${name}`,
    owner: props.owner ?? 'unknown',
    approvers: [],
    description: '',
    tags: [],
    data: { classification: 'restricted', risk: 'high' },
    contracts: [],
  };
}
