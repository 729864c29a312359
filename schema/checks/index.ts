import * as artifact from './artifact';
import * as bounded from './bounded';
import * as call from './call';
import * as examples from './examples';
import * as fronts from './fronts';
import * as governance from './governance';
import * as methods from './methods';
import { patternsFast } from './patterns';
import { quantities } from './quantities';
import * as roles from './roles';
import * as routing from './routing';
import * as runtime from './runtime';
import * as scaling from './scaling';
import { exactlyOne } from './stack-choices';
import { embeddedOnlyLocal, managedLogin, providerKeys, providersTogether } from './stack-identity';
import { afterExists, notWeaker } from './stack-order';
import * as rules from './stack-rules';
import type { ContractCheck, FolderCheck, ModelCheck, StackCheck } from './subject';
import * as versions from './versions';

/** All cross-checks; a new one is a function and a line here. Each finds its own mistakes, whatever the others found. */

/** Of one model. */
export const modelChecks: readonly ModelCheck[] = [governance.corsOrigins];

/** Of one contract. */
export const contractChecks: readonly ContractCheck[] = [
  versions.versionMajor,
  versions.shortForm,
  governance.derivedNames,
  artifact.exactlyOneBuild,
  artifact.buildFitsFramework,
  artifact.suffixFits,
  artifact.digestMatches,
  artifact.addresses,
  artifact.pinnedImages,
  artifact.sameGraphs,
  runtime.framework,
  runtime.runtimeKeys,
  runtime.protocols,
  runtime.secretsInEnv,
  runtime.gpu,
  routing.routingMissing,
  routing.weightsSum,
  routing.routedVersions,
  routing.matchHeaders,
  routing.shadowEffects,
  governance.overridesApply,
  quantities,
  scaling.minMax,
  scaling.cronPossible,
  scaling.scalingTarget,
  methods.schemasPresent,
  methods.derivedRefused,
  bounded.objectsOnly,
  bounded.requestsBounded,
  bounded.boundsPossible,
  patternsFast,
  call.callPresent,
  call.callKeys,
  call.tensorsBound,
  call.fieldsBound,
  call.tensorsFit,
  examples.examplesMakeSense,
  examples.examplesFit,
  roles.publicMethods,
  roles.redundantRoles,
  methods.timeoutFitsDrain,
  methods.cacheFitsData,
  methods.cacheTtl,
  methods.limitsCount,
  methods.idempotence,
  fronts.frontsFit,
  fronts.grpcFits,
  governance.auditFitsData,
  governance.lifecycle,
  governance.latencyOrder,
];

/** Of all models together. */
export const folderChecks: readonly FolderCheck[] = [roles.rolesResolve];

/** Of a stack. */
export const stackChecks: readonly StackCheck[] = [
  exactlyOne,
  embeddedOnlyLocal,
  providerKeys,
  providersTogether,
  managedLogin,
  afterExists,
  notWeaker,
  rules.allowSlash,
  rules.storeAllowed,
  rules.artifactSecret,
  rules.secretStore,
  rules.replicas,
  rules.strictStack,
  rules.namespaces,
  rules.defaultMetric,
  rules.kedaAsks,
  rules.stackQuantities,
  rules.redisKeys,
];
