import type { Part } from './types';

/** Folder of `pulumi-language-nodejs`, for PATH. */
export const languageHostFolder: string;
export const pulumi: Part;
export const pulumiKubernetes: Part;
