import { cliFindings } from '../core/findings/cli';
import { finding, type Finding } from '../core/findings/finding';
import type { ResolvedPlatform } from '../schema/resolved';

const NEAR_DAYS = 30;
const DAY_MS = 86_400_000;

/** Findings that depend on a date, `YYYY-MM-DD`; only `check` has them, so that everything else is the same on every day. */
export function judgeDates(platform: ResolvedPlatform, asOf: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const model of platform.models) {
    for (const { contract, lifecycle } of model.contracts) {
      if (lifecycle.sunset === undefined || lifecycle.retired) continue;
      const days = Math.round((Date.parse(lifecycle.sunset) - Date.parse(asOf)) / DAY_MS);
      const about = { place: { file: `${model.folder}/model.yaml` }, model: model.name };
      if (days < 0)
        findings.push(
          finding(cliFindings.sunsetPassed, { ...about, message: `${contract} of ${model.name} had its sunset on "${lifecycle.sunset}"` }),
        );
      else if (days <= NEAR_DAYS)
        findings.push(
          finding(cliFindings.sunsetNear, {
            ...about,
            message: `${contract} of ${model.name} has its sunset on "${lifecycle.sunset}", in ${days} days`,
          }),
        );
    }
  }
  return findings;
}
