import type { ResolvedContract, ResolvedModel } from '../resolved';

/**
 * Component names of one contract inside a document. They depend on nothing but the contract's own names,
 * so that adding a model never renames what a generated client already uses.
 */
export interface ComponentNames {
  /** `ScoreRequest`, or `CreditScore_v1_ScoreRequest` in the platform's document. */
  readonly request: (method: string) => string;
  readonly response: (method: string) => string;
  /** Parameter that pins a version. */
  readonly version: string;
}

/** Names for a document that holds one contract only. */
export function contractNames(): ComponentNames {
  return namesWithPrefix('');
}

/** Names for the platform's document, unique over all models and contracts. */
export function platformNames(model: ResolvedModel, contract: ResolvedContract): ComponentNames {
  return namesWithPrefix(`${typeName(model.name)}_${contract.contract}_`);
}

function namesWithPrefix(prefix: string): ComponentNames {
  return {
    request: (method) => `${prefix}${typeName(method)}Request`,
    response: (method) => `${prefix}${typeName(method)}Response`,
    version: `${prefix}Version`,
  };
}

/**
 * `credit-score` → `CreditScore`, `a-1` → `A_1`: two names of DNS labels never give the same type name.
 * Letters that a component name may not hold become `_` and their code.
 */
export function typeName(name: string): string {
  return name
    .split('-')
    .map((word) => (/^[a-z]/.test(word) ? word.charAt(0).toUpperCase() + word.slice(1) : `_${word}`))
    .join('')
    .replaceAll(/[^A-Za-z0-9_.]/g, (letter) => `_x${letter.codePointAt(0)?.toString(16) ?? ''}`)
    .replace(/^_(?=[A-Za-z])/, '');
}
