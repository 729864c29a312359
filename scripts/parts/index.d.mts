import type { Part } from './types';

export const parts: readonly Part[];
export class PartMissing extends Error {}
export function partsFolder(): string;
export function partNamed(name: string): Part;
export function find(name: string): Promise<string | undefined>;
export function ensure(name: string, options?: { readonly compile?: boolean }): Promise<string>;
