import type { Finding } from '../../core/findings/finding';
import { BROKEN_SCHEMA } from '../checks/broken';
import type { ContractDocument, Method, ModelDocument } from '../generated/model';
import type { ParsedModel } from './document';
import { inlineReferences, type MethodSchemas } from './references';

export interface WrittenOut {
  /** Contract documents whose schemas hold no reference any more. */
  readonly contracts: ReadonlyMap<string, ContractDocument>;
  readonly findings: readonly Finding[];
  readonly files: readonly string[];
}

/** Puts schemas with their references written out back into the contracts; a broken one is replaced by a mark that other checks leave alone. */
export function writeOutReferences(root: string, model: ParsedModel<ModelDocument, ContractDocument>): WrittenOut {
  const { contracts: schemas, findings, files } = inlineReferences(root, model);
  const contracts = new Map(
    [...model.contracts].map(([contract, { value }]): [string, ContractDocument] => [
      contract,
      value.methods === undefined ? value : { ...value, methods: withSchemas(value.methods, schemas.get(contract)) },
    ]),
  );
  return { contracts, findings, files };
}

function withSchemas(
  methods: { readonly [name: string]: Method },
  schemas: ReadonlyMap<string, MethodSchemas> | undefined,
): { readonly [name: string]: Method } {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => {
      const { request, response } = schemas?.get(name) ?? {};
      return [
        name,
        {
          ...method,
          ...(method.request === undefined ? {} : { request: request ?? BROKEN_SCHEMA }),
          ...(method.response === undefined ? {} : { response: response ?? BROKEN_SCHEMA }),
        },
      ];
    }),
  );
}
