import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { synthesize, writePlan } from '../../../constructs';
import { fluxKustomizations } from '../../../constructs/plan/gitops';
import type { Plan } from '../../../constructs/plan/plan-object';
import type { JsonObject } from '../../../core/json';
import { packageRoot } from '../../../core/package-root';
import { loadPlatform } from '../../../schema/load';
import { ensure } from '../../../scripts/parts/index.mjs';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';

// What Flux and Argo CD do with a rendered folder, by the same code that both call: kustomize, and server-side apply before a real API server.

let plane: ControlPlane;
let folder: string;
let plan: Plan;
let program: string;

interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly annotations?: { readonly [name: string]: string };
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kea-gitops-'));
  plane = await startControlPlane();
  program = await ensure('kubectl');
  const { platform } = await loadPlatform({ root: packageRoot(), stack: 'dev' });
  if (!platform) throw new Error('stack dev was not loaded');
  plan = synthesize(platform);
  writePlan(plan, join(folder, 'rendered/dev'));
}, 60_000);

afterAll(async () => {
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function kubectl(...args: string[]): Promise<string> {
  const environment = { ...process.env, KUBECONFIG: plane.kubeconfig };
  return (await promisify(execFile)(program, args, { cwd: folder, env: environment, maxBuffer: 1 << 28 })).stdout;
}

const applied = (out: string): number => out.match(/serverside-applied$/gm)?.length ?? 0;
const key = ({ kind, metadata }: Stored): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** What a folder builds to, as objects. */
async function built(path: string): Promise<readonly Stored[]> {
  return parseAllDocuments(await kubectl('kustomize', path)).map((each) => each.toJS() as Stored);
}

async function versions(): Promise<ReadonlyMap<string, string>> {
  const { items } = JSON.parse(await kubectl('get', '--output=json', '-k', 'rendered/dev')) as { readonly items: readonly Stored[] };
  return new Map(items.map((each) => [key(each), each.metadata.resourceVersion]));
}

test('Flux: each Kustomization is accepted in its turn, and all of them together are the plan', async () => {
  const layers = fluxKustomizations(plan, {
    ...{ stack: 'dev', repository: 'https://git.example.com/platform.git', revision: 'main', path: 'rendered/dev' },
    ...{ namespace: 'flux-system', timeout: '15m' },
  }).filter(({ kind }) => kind === 'Kustomization');
  const done: string[] = [];
  let count = 0;
  for (const { metadata, spec } of layers) {
    const { path, dependsOn = [] } = spec as unknown as {
      readonly path: string;
      readonly dependsOn?: readonly { readonly name: string }[];
    };
    expect(dependsOn.every(({ name }) => done.includes(name))).toBe(true);
    count += applied(await kubectl('apply', '--server-side', '--field-manager=kustomize-controller', '-k', path));
    done.push((metadata as { readonly name: string }).name);
  }
  expect(count).toBe(plan.objects.length);
}, 120_000);

test('Argo CD: waves in ascending order are the layers, and change nothing of what Flux applied', async () => {
  const objects = await built('rendered/dev');
  expect(objects.map(key).sort()).toEqual(plan.objects.map(({ kind, namespace, name }) => `${kind} ${namespace ?? ''}/${name}`).sort());
  const waves = new Map<number, Stored[]>();
  for (const object of objects) {
    const wave = Number(object.metadata.annotations?.['argocd.argoproj.io/sync-wave']);
    waves.set(wave, [...(waves.get(wave) ?? []), object]);
  }
  const layerOf = new Map(plan.objects.map(({ kind, namespace, name, layer }) => [`${kind} ${namespace ?? ''}/${name}`, layer]));
  const order = [...waves].sort(([a], [b]) => a - b).map(([, list]) => [...new Set(list.map((each) => layerOf.get(key(each))))]);
  expect(order).toEqual([...new Set(plan.objects.map(({ layer }) => layer))].map((layer) => [layer]));
  const before = await versions();
  for (const [wave, list] of [...waves].sort(([a], [b]) => a - b)) {
    const file = join(folder, `wave${wave}.json`);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: list }));
    expect(applied(await kubectl('apply', '--server-side', '--field-manager=kustomize-controller', '-f', file))).toBe(list.length);
  }
  expect(await versions()).toEqual(before);
}, 120_000);

test("an overlay of one's own stands above a layer", async () => {
  const overlay: JsonObject = {
    resources: ['rendered/dev/60-workloads'],
    patches: [
      {
        target: { kind: 'Deployment', name: 'iris-v1-0-0' },
        patch: '[{ "op": "add", "path": "/metadata/labels/cost-center", "value": "42" }]',
      },
    ],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  const iris = (await built('.')).find((each) => each.metadata.name === 'iris-v1-0-0');
  expect(iris).toMatchObject({ kind: 'Deployment', metadata: { labels: { 'cost-center': '42', 'app.kubernetes.io/part-of': 'kea' } } });
}, 30_000);
