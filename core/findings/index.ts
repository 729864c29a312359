import { artifactFindings } from './artifact';
import { canaryFindings } from './canary';
import { cliFindings } from './cli';
import { contractFindings } from './contract';
import { deployFindings } from './deploy';
import { documentFindings } from './documents';
import type { FindingKind } from './finding';
import { identityFindings } from './identity';
import { planFindings } from './plan';
import { gatewayFindings } from './gateway';
import { liveFindings } from './live';
import { imageFindings } from './images';
import { modelFindings } from './model';
import { policyFindings } from './policies';
import { referenceFindings } from './references';
import { runFindings } from './run';
import { shapeFindings } from './shape';
import { stackFindings } from './stack';
import { byBytes } from '../order';

/** Areas of the catalogue. A new area is a file beside this one and a line here. */
const areas: readonly { readonly [name: string]: FindingKind }[] = [
  artifactFindings,
  canaryFindings,
  cliFindings,
  contractFindings,
  deployFindings,
  documentFindings,
  planFindings,
  gatewayFindings,
  imageFindings,
  identityFindings,
  liveFindings,
  modelFindings,
  policyFindings,
  referenceFindings,
  runFindings,
  shapeFindings,
  stackFindings,
];

/** Every kind of finding there is, in order of code. */
export const catalogue: readonly FindingKind[] = Object.freeze(
  areas.flatMap((area) => Object.values(area)).sort((a, b) => byBytes(a.code, b.code)),
);

/** The catalogue's entry for a code as a person writes it: `KEA1010`, `kea1010` or `1010`. */
export function explain(code: string): FindingKind | undefined {
  const wanted = code.trim().toUpperCase();
  return catalogue.find((kind) => kind.code === wanted || kind.code === `KEA${wanted}`);
}
