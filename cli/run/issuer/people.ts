import { methodRole, pinRole } from '../../../core/contract/names';
import { byBytes } from '../../../core/order';
import type { ResolvedPlatform } from '../../../schema/resolved';

/** Somebody, or a machine, that the embedded issuer knows. */
export interface Identity {
  /** `sub` of its tokens; for a machine also the client id. */
  readonly id: string;
  readonly name: string;
  /** Shown on the login page. */
  readonly about: string;
  readonly roles: readonly string[];
}

export interface Directory {
  readonly people: readonly Identity[];
  readonly machines: readonly Identity[];
}

/** The sample people of the local run. Ada and the machine get roles from the models that are loaded, so they follow each change of a file. */
export function sampleDirectory(platform: ResolvedPlatform): Directory {
  const methods = platform.models.flatMap((model) =>
    model.contracts.flatMap((contract) => contract.methods.map((method) => ({ model: model.name, method }))),
  );
  const own = methods.map(({ model, method }) => methodRole(model, method.method));
  const listed = methods.flatMap(({ method }) => method.roles);
  const pins = platform.models.map((model) => pinRole(model.name));
  return {
    people: [
      { id: 'ada', name: 'Ada', about: 'may call every method and pin every version', roles: sorted([...own, ...listed, ...pins]) },
      { id: 'tina', name: 'Tina', about: 'has the role teacher', roles: ['teacher'] },
      { id: 'sam', name: 'Sam', about: 'has the role student', roles: ['student'] },
    ],
    machines: [{ id: 'batch', name: 'Batch', about: 'may call every method, pins nothing', roles: sorted(own) }],
  };
}

function sorted(roles: readonly string[]): readonly string[] {
  return [...new Set(roles)].sort(byBytes);
}
