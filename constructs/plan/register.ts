import { type Construct, type IConstruct } from 'constructs';
import { planFindings } from '../../core/findings/plan';
import { isPlanning, plan } from './collect';

const registered = new WeakSet<IConstruct>();

/**
 * Makes `cdk8s synth` of any app that holds one of KEA's constructs run the plan's checks, once per root:
 * another team's app refuses exactly what `kea synth` refuses.
 */
export function registerPlanCheck(scope: Construct): void {
  const root = scope.node.root;
  if (registered.has(root)) return;
  registered.add(root);
  root.node.addValidation({
    validate: () => {
      if (isPlanning(root)) return [];
      return (
        plan(root as Construct)
          // what constructs say of themselves, cdk8s prints already
          .findings.filter((each) => each.severity === 'error' && each.code !== planFindings.refusedConstruct.code)
          .map((each) => `${each.code}: ${each.message}; ${each.fix}`)
      );
    },
  });
}
