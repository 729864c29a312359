import type { Finding } from '../../core/findings/finding';
import { exceptionsFor } from '../exceptions';
import { projectPolicies } from '../project';
import type { JudgeInput } from './index';

/** What a project adds to a judgement of one of its stacks on a day: its rules, the exceptions that hold, and what is wrong with either. */
export function policiesOf(
  root: string,
  stack: string,
  asOf: string,
): Pick<JudgeInput, 'rules' | 'exceptions'> & { readonly findings: readonly Finding[] } {
  const { rules, exceptions, findings } = projectPolicies(root);
  return { rules, exceptions: exceptionsFor(exceptions, stack, asOf), findings };
}
