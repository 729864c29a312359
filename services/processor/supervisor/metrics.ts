/** A family of the supervisor's own: name without labels → its series. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Labels (already escaped, `{…}` or empty) → value. */
  readonly series: { readonly [labels: string]: number };
}

/** Prometheus text. The workers' series come as `name{labels}` → value; all of them are counters or sums. */
export function prometheusText(families: readonly Family[], workers: { readonly [series: string]: number }): string {
  const own = families.flatMap(({ name, type, help, series }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...Object.entries(series).map(([labels, value]) => `${name}${labels} ${value}`),
  ]);
  return [...own, ...workerLines(workers)].join('\n') + '\n';
}

function workerLines(values: { readonly [series: string]: number }): readonly string[] {
  const lines: string[] = [];
  let family = '';
  for (const series of Object.keys(values).sort(byFamily)) {
    const name = familyOf(series);
    if (!/^kea_[a-z0-9_]+$/.test(name)) continue;
    if (name !== family) lines.push(`# TYPE ${name} ${/_(total|sum|count|bucket)$/.test(name) ? 'counter' : 'gauge'}`);
    family = name;
    lines.push(`${series} ${values[series]}`);
  }
  return lines;
}

function familyOf(series: string): string {
  return series.split('{', 1)[0] ?? series;
}

function byFamily(a: string, b: string): number {
  const [left, right] = [familyOf(a), familyOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a < b ? -1 : 1;
}
