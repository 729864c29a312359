import { Ajv2020 } from 'ajv/dist/2020';
import standalone from 'ajv/dist/standalone';
import { names, options, prepare, schemasDigest } from './load/validators';

// A CommonJS module whose function is the default of its default for whoever imports it as an ES module.
const standaloneCode = (standalone as unknown as { readonly default?: typeof standalone }).default ?? standalone;

/**
 * The validators of the documents as a module of their own, so that a call need not make them: that takes twenty times as long as loading them.
 * It carries the digest of the schemas that it was made of.
 */
export function validatorsModule(): string {
  const ajv = prepare(new Ajv2020({ ...options, code: { source: true, esm: true } }));
  const body = standaloneCode(ajv, names)
    .replace(/const (\w+) = require\("ajv\/dist\/runtime\/ucs2length"\)\.default;/g, 'const $1 = (text) => [...text].length;')
    .replace(/^"use strict";/, '');
  if (body.includes('require(')) throw new Error('the generated validators need a library');
  const banner = '// Generated from schema/source by `npm run generate`. Do not edit.\n// @ts-nocheck\n';
  return `${banner}export const madeOf = '${schemasDigest()}';\n${body}\n`;
}
