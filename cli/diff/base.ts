import type { PlanObject } from '../../constructs/plan/plan-object';
import { cliFindings } from '../../core/findings/cli';
import { finding, hasErrors } from '../../core/findings/finding';
import { planOf } from '../plan';
import { Refusal } from '../refusal';
import { commitOf, withRevision } from './revision';

/** The project as a revision of git has it. */
export interface Base {
  /** Objects of a stack's plan there; none where stack or models were not there, or the files could not be read. */
  objectsOf(stack: string): Promise<readonly PlanObject[]>;
}

/** Calls `work` with the project at a revision. @throws Refusal for a word that names none, and from `objectsOf` where its files have errors */
export async function withBase<T>(root: string, revision: string, work: (base: Base) => Promise<T>, no = 'no revision of git'): Promise<T> {
  const refuse = (message: string): Refusal => new Refusal(finding(cliFindings.unknownRevision, { message }));
  const commit = commitOf(root, revision);
  if (commit === undefined) throw refuse(`"${revision}" is ${no}`);
  return withRevision(root, commit, (old) =>
    work({
      async objectsOf(stack) {
        const { loadPlatform } = await import('../../schema/load/index.ts');
        const { platform, findings } = await loadPlatform({ root: old, ...(stack === 'local' ? {} : { stack }) });
        if (!platform) return [];
        if (hasErrors(findings)) {
          const first = findings.find((each) => each.severity === 'error')?.message ?? '';
          throw refuse(`the files of "${revision}" have errors themselves: ${first}`);
        }
        return (await planOf(platform, old)).objects;
      },
    }),
  );
}
