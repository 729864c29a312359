import * as pulumi from '@pulumi/pulumi';
import type { Plan, PlanObject } from '../../constructs/plan/plan-object';
import { Label, platformLabels } from '../../constructs/shared/labels';
import type { ExpectedObject } from '../../constructs/shared/notes';
import { deployFindings } from '../../core/findings/deploy';
import { finding, type Finding } from '../../core/findings/finding';

/** Values of Secrets: name → key → value. */
export interface SecretValues {
  readonly [name: string]: { readonly [key: string]: string };
}

/** Secrets that the plan needs and that `pulumi up` makes. */
export function neededSecrets(plan: Pick<Plan, 'expects'>): readonly ExpectedObject[] {
  return plan.expects.filter((each) => each.kind === 'Secret');
}

/** Complaints about values that are not there. Names keys, never values. */
export function missingSecrets(needed: readonly ExpectedObject[], values: SecretValues, stack: string): Finding[] {
  return needed.flatMap(({ name, keys = [], purpose }) => {
    const given = values[name] ?? {};
    const missing = keys.length > 0 ? keys.filter((key) => !given[key]) : Object.keys(given).length > 0 ? [] : ['<key>'];
    return missing.map((key) =>
      finding(deployFindings.missingSecret, {
        message: `the configuration has no value for key "${key}" of Secret "${name}" (${purpose})`,
        fix: `pulumi config set --stack ${stack} --secret --path 'secrets["${name}"]["${key}"]'`,
        stack,
      }),
    );
  });
}

/** One Secret as an object of the plan; its values come in only when it is registered. */
export function secretObject({ namespace, name }: ExpectedObject, stack: string): PlanObject {
  const labels = { ...platformLabels('secrets', name), [Label.stack]: stack };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    name,
    namespace,
    layer: 'configuration',
    value: { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels } },
  };
}

/** The Secret with its values, marked secret, so that the state keeps them encrypted and no output shows them. */
export function secretInputs(object: PlanObject, values: pulumi.Input<SecretValues>): pulumi.Inputs {
  const own = pulumi.secret(values).apply((all) => all[object.name] ?? {});
  return { ...object.value, type: own.apply(typeOf), stringData: own };
}

/** The type that the keys are made for; Kubernetes checks it. */
function typeOf(values: { readonly [key: string]: string }): string {
  if ('.dockerconfigjson' in values) return 'kubernetes.io/dockerconfigjson';
  return 'tls.crt' in values && 'tls.key' in values ? 'kubernetes.io/tls' : 'Opaque';
}
