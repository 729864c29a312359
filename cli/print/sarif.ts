import type { FindingKind, Place, Severity } from '../../core/findings/finding';
import type { JsonObject } from '../../core/json';
import type { ReportedFinding } from './format';
import { placeOf, stacksOf } from './groups';

const LEVEL: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'note' };

function location(place: Place): JsonObject {
  const region =
    place.line === undefined
      ? {}
      : { region: { startLine: place.line, ...(place.column === undefined ? {} : { startColumn: place.column }) } };
  const logical = place.path ? { logicalLocations: [{ fullyQualifiedName: place.path }] } : {};
  return {
    physicalLocation: {
      artifactLocation: { uri: place.file.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'PROJECT' },
      ...region,
    },
    ...logical,
  };
}

function rule(kind: FindingKind): JsonObject {
  return {
    id: kind.code,
    shortDescription: { text: kind.title },
    fullDescription: { text: kind.why },
    help: { text: `${kind.explanation}\n\n${kind.fix}` },
    defaultConfiguration: { level: LEVEL[kind.severity] },
  };
}

/** SARIF 2.1.0, for code scanning, which takes no result without a location. `catalogue` describes the codes; a code outside of it is still reported. */
export function renderSarif(findings: readonly ReportedFinding[], catalogue: readonly FindingKind[], version: string): string {
  const used = new Set(findings.map((each) => each.code));
  const rules = catalogue.filter((kind) => used.has(kind.code)).map(rule);
  const indexOf = new Map(rules.map((each, index) => [each['id'], index]));
  const results = findings.map((finding) => {
    const index = indexOf.get(finding.code);
    const stacks = stacksOf(finding);
    const { model, policy } = finding;
    const properties = {
      ...(stacks.length > 0 ? { stacks } : {}),
      ...(model === undefined ? {} : { model }),
      ...(policy ? { ...policy } : {}),
    };
    return {
      ruleId: finding.code,
      ...(index === undefined ? {} : { ruleIndex: index }),
      level: LEVEL[finding.severity],
      message: { text: `${finding.message}. ${finding.fix}` },
      locations: [location(placeOf(finding))],
      ...(finding.related
        ? { relatedLocations: finding.related.map((each, id) => ({ id, message: { text: each.message }, ...location(each.place) })) }
        : {}),
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
    };
  });
  const driver = { name: 'kea', version, semanticVersion: version, rules };
  const run = {
    tool: { driver },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { PROJECT: { description: { text: 'The folder that holds models/ and stacks/' } } },
    results,
  };
  return JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, null, 2);
}
