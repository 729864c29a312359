import { pinRole } from '../../core/contract/names';
import { explainAccess, type AccessExplanation, type GuardedMethod } from '../../core/decide/explain-access';
import type { JsonObject } from '../../core/json';
import { issuersOf, trustedIssuer } from '../../schema/access/issuers';
import type { ResolvedIdentity, ResolvedIssuer, ResolvedModel } from '../../schema/resolved';
import { keysOf, signatureFact } from './signature';

/** Every method of these models, as its door sees it. */
export function guardedMethods(models: readonly ResolvedModel[]): readonly GuardedMethod[] {
  return models.flatMap(({ name, contracts }) =>
    contracts.flatMap(({ contract, methods }) =>
      methods.map(({ method, roles, public: open }) => ({ model: name, contract, method, roles, public: open, pinRole: pinRole(name) })),
    ),
  );
}

/** What the gateway makes of a token, its signature included. `now` in seconds since 1970. */
export async function examine(
  token: string,
  claims: JsonObject,
  {
    identity,
    methods,
    now,
    ca,
  }: {
    readonly identity: ResolvedIssuer & Pick<ResolvedIdentity, 'also'>;
    readonly methods: readonly GuardedMethod[];
    readonly now: number;
    /** PEM. */
    readonly ca?: string;
  },
): Promise<AccessExplanation> {
  const issuers = issuersOf(identity);
  // Keys of the provider that the token names; of another one they would only say the same twice.
  const issuer = issuers.find((each) => each.issuer === claims['iss']);
  const signature = issuer ? [signatureFact(token, await keysOf(issuer, ca))] : [];
  return explainAccess(claims, issuers.map(trustedIssuer), methods, now, signature);
}

/** For people: each fact, then each method. */
export function renderExamination({ facts, accepted, client, roles, methods }: AccessExplanation): string {
  const width = Math.max(0, ...methods.map(nameOf).map(({ length }) => length));
  return [
    ...facts.map(({ about, holds, said }) => `${holds ? '✓' : '✗'} ${about.padEnd(9)} ${said}`),
    ...(client === '' ? [] : [`  ${'client'.padEnd(9)} "${client}"`]),
    ...roles.map((role) => `    ${role}`),
    '',
    accepted ? 'The gateway takes this token.' : 'The gateway answers 401 whatever is called with this token.',
    '',
    ...methods.map(
      (method) =>
        `${method.allowed ? '✓' : '✗'} ${nameOf(method).padEnd(width)}  ${method.reason}${method.mayPin ? '; may pin versions' : ''}`,
    ),
  ].join('\n');
}

function nameOf({ model, contract, method }: { readonly model: string; readonly contract: string; readonly method: string }): string {
  return `${model}/${contract}/${method}`;
}
