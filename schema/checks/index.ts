import type { ContractCheck, ModelCheck, StackCheck } from './subject';

/** All cross-checks; a new one is a file and a line here. */
export const modelChecks: readonly ModelCheck[] = [];
export const contractChecks: readonly ContractCheck[] = [];
export const stackChecks: readonly StackCheck[] = [];
