import { modelFindings as kind } from '../../core/findings/model';
import { contractOf, type SemVer } from '../../core/names';
import type { Finding } from '../../core/findings/finding';
import type { ContractSubject } from './subject';

/** A version's major is its contract's number. */
export function versionMajor({ contract, document, reportWritten }: ContractSubject): readonly Finding[] {
  return Object.keys(document.versions ?? {})
    .filter((version) => contractOf(version as SemVer) !== contract)
    .map((version) =>
      reportWritten(kind.versionMajor, ['versions', version], {
        message: `version "${version}" stands in contract "${contract}", must be ${contract.slice(1)}.x.y`,
        fix: `move it to ${contractOf(version as SemVer)}.yaml, or give it the major ${contract.slice(1)}`,
      }),
    );
}

/** `artifact` and `image` at the root are the short form for a file without `versions`. */
export function shortForm({ document, reportWritten }: ContractSubject): readonly Finding[] {
  if (document.versions === undefined) return [];
  return (['artifact', 'image'] as const)
    .filter((key) => document[key] !== undefined)
    .map((key) => reportWritten(kind.shortForm, [key], { message: `"${key}" stands beside "versions"` }));
}
