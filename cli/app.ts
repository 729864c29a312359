import { buildApplication, buildRouteMap, text_en, type Application, type ApplicationText } from '@stricli/core';
import { accessDeny } from './commands/access-deny';
import { accessGrant } from './commands/access-grant';
import { accessList } from './commands/access-list';
import { accessRequest } from './commands/access-request';
import { accessReview } from './commands/access-review';
import { accessRevoke } from './commands/access-revoke';
import { cachePurge } from './commands/cache-purge';
import { canary } from './commands/canary';
import { check } from './commands/check';
import { completions } from './commands/completions';
import { deploy } from './commands/deploy';
import { diff } from './commands/diff';
import { digest } from './commands/digest';
import { explain } from './commands/explain';
import { freeze } from './commands/freeze';
import { gitops } from './commands/gitops';
import { imagesBuild } from './commands/images-build';
import { imagesList } from './commands/images-list';
import { imagesResolve } from './commands/images-resolve';
import { newModel } from './commands/new';
import { promote } from './commands/promote';
import { policiesEmit } from './commands/policies-emit';
import { policiesList } from './commands/policies-list';
import { policiesScan } from './commands/policies-scan';
import { policiesScore } from './commands/policies-score';
import { policiesTest } from './commands/policies-test';
import { proveStack } from './commands/prove';
import { rollback } from './commands/rollback';
import { run } from './commands/run';
import { show } from './commands/show';
import { ssoAdmin } from './commands/sso-admin';
import { ssoApply, ssoPlan } from './commands/sso';
import { ssoDoctor } from './commands/sso-doctor';
import { synth } from './commands/synth';
import { token } from './commands/token';
import { tryMethod } from './commands/try';
import type { Cli } from './context';
import { version } from './version';

const routes = buildRouteMap({
  routes: {
    check,
    show,
    synth,
    diff,
    deploy,
    gitops,
    explain,
    run,
    token,
    try: tryMethod,
    new: buildRouteMap({ routes: { model: newModel }, docs: { brief: 'Start something new from a template' } }),
    freeze,
    digest,
    promote,
    cache: buildRouteMap({ routes: { purge: cachePurge }, docs: { brief: 'Look after cached answers' } }),
    rollback,
    images: buildRouteMap({
      routes: { list: imagesList, resolve: imagesResolve, build: imagesBuild },
      docs: { brief: 'Name container images by the digests that registries state' },
    }),
    policies: buildRouteMap({
      routes: { list: policiesList, test: policiesTest, emit: policiesEmit, scan: policiesScan, score: policiesScore },
      docs: { brief: 'Look at the rules, try them, write them for other gates, judge what runs' },
    }),
    prove: proveStack,
    access: buildRouteMap({
      routes: {
        list: accessList,
        request: accessRequest,
        grant: accessGrant,
        revoke: accessRevoke,
        review: accessReview,
        deny: accessDeny,
      },
      docs: { brief: 'Who may call what, and who may not any more' },
    }),
    sso: buildRouteMap({
      routes: { plan: ssoPlan, apply: ssoApply, doctor: ssoDoctor, admin: ssoAdmin },
      docs: { brief: 'Keep the realm of the managed login as the files say, and explain tokens' },
    }),
    canary,
    completions,
  },
  docs: {
    brief: 'Turn a folder of model files into a complete, secured, self-documenting ML-serving platform',
    fullDescription: `Turn a folder of model files into a complete, secured, self-documenting ML-serving platform.

Exit codes: 0 fine, 1 findings, 2 bad call or configuration, 3 bug in KEA, 5 policy violation, 130 interrupted.
Results go to stdout, commentary to stderr. NO_COLOR is honoured.`,
  },
});

/** What a person sees when KEA itself is wrong. */
function bugReport(error: unknown, debug: boolean): string {
  const what = error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
  return `this is a bug in KEA, not a mistake of yours: ${what}
please report it with the command and the files that led to it${debug ? '' : '; KEA_DEBUG=1 shows where it happened'}`;
}

/** Texts of our own where stricli would show a stack. */
function texts(debug: boolean): ApplicationText {
  return {
    ...text_en,
    exceptionWhileParsingArguments: (error, colour) =>
      text_en.exceptionWhileParsingArguments.call(
        { formatException: (exc) => (exc instanceof Error ? exc.message : String(exc)) },
        error,
        colour,
      ),
    exceptionWhileLoadingCommandFunction: (error) => bugReport(error, debug),
    exceptionWhileLoadingCommandContext: (error) => bugReport(error, debug),
    exceptionWhileRunningCommand: (error) => bugReport(error, debug),
  };
}

/** The command `kea`. */
export function application(options: { readonly debug: boolean; readonly colour: boolean }): Application<Cli> {
  return buildApplication(routes, {
    name: 'kea',
    versionInfo: { getCurrentVersion: () => Promise.resolve(version()) },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab', disableAnsiColor: !options.colour },
    localization: { text: texts(options.debug) },
    determineExitCode: () => 3,
  });
}
