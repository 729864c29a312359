import { hardenedPod, nativeSidecar } from '../../../constructs/shared/hardened-pod';
import { imageReference, ownImageReference } from '../../../constructs/shared/images';
import { versionPodLabels, versionSelector } from '../../../constructs/shared/labels';
import { closedOff } from '../../../constructs/shared/egress';
import { toOutside } from '../../../constructs/shared/network-policy';
import { bytesQuantity, cpuQuantity } from '../../../constructs/shared/quantities';
import { fakeDigest } from '../../support/platforms';

const image = { name: 'docker.io/seldonio/mlserver', tag: '1.7.1' };
const pinned = { unpinned: 'refuse', digests: { [image.name]: fakeDigest('a') } } as const;

test('an image is name, tag and digest', () => {
  expect(imageReference(image, pinned)).toEqual({ reference: `docker.io/seldonio/mlserver:1.7.1@${fakeDigest('a')}`, findings: [] });
});

test('without a digest none is made up: an error or a warning, as the stack says', () => {
  const severity = (unpinned: 'refuse' | 'warn') => imageReference(image, { unpinned, digests: {} }).findings.map((each) => each.severity);
  expect([severity('refuse'), severity('warn')]).toEqual([['error'], ['warning']]);
  expect(imageReference(image, { unpinned: 'warn', digests: {} }).reference).toBe('docker.io/seldonio/mlserver:1.7.1');
});

test.each([
  ['docker.io/library/redis', 'mirror.example.com/library/redis'],
  ['library/redis', 'mirror.example.com/library/redis'],
  ['redis', 'mirror.example.com/redis'],
  ['localhost/redis', 'mirror.example.com/redis'],
  ['localhost:5000/a/b', 'mirror.example.com/a/b'],
  ['registry.example.com:8443/a/b', 'mirror.example.com/a/b'],
])('a mirror takes the place of the host: %s becomes %s', (name, mirrored) => {
  const reference = `${name}@${fakeDigest('a')}`;
  expect(ownImageReference(reference, { ...pinned, registry: 'mirror.example.com/' })).toEqual({
    reference: `${mirrored}@${fakeDigest('a')}`,
    findings: [],
  });
});

test('quantities are exact', () => {
  expect([1, 1000, 1024, 1536, 1024 ** 3, 1.5 * 1024 ** 3].map((bytes) => bytesQuantity(bytes).value)).toEqual([
    '1',
    '1000',
    '1Ki',
    '1536',
    '1Gi',
    '1536Mi',
  ]);
  expect([1, 500, 1000, 2500].map((millis) => cpuQuantity(millis).value)).toEqual(['1m', '500m', '1', '2500m']);
});

test("a pod's labels hold its selector and no owner, whose change would restart it", () => {
  const labels = versionPodLabels('iris', 'v1', '1.0.0');
  expect(labels).toMatchObject(versionSelector('iris', '1.0.0'));
  expect(Object.keys(labels)).not.toContain('kea.dev/owner');
});

test('a Job is not spread, a sidecar is restarted', () => {
  const container = { name: 'c', image: 'i', resources: { cpuMillis: 1, memoryBytes: 1, ephemeralStorageBytes: 1 } };
  const job = hardenedPod({
    serviceAccountName: 's',
    containers: [],
    selector: { a: 'b' },
    terminationGracePeriodSeconds: 1,
    restartPolicy: 'Never',
  });
  expect(job).not.toHaveProperty('topologySpreadConstraints');
  expect(nativeSidecar(container)).toHaveProperty('restartPolicy', 'Always');
});

describe('egress', () => {
  const rulesOf = (allow: readonly { cidr: string; ports?: number[] }[]): unknown =>
    JSON.parse(JSON.stringify(toOutside([443, 6379], { egress: { allow } })));
  const ports = (...numbers: number[]) => numbers.map((port) => ({ protocol: 'TCP', port: { value: port } }));

  test('any address without a list, but never the metadata services', () => {
    expect(toOutside([443], {})).toMatchObject([
      {
        to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }, { ipBlock: { cidr: '::/0', except: ['fd00:ec2::254/128'] } }],
      },
    ]);
  });

  test('only the ranges of a list, each with those of its ports that are needed', () => {
    expect(rulesOf([{ cidr: '10.0.0.0/8' }, { cidr: '192.0.2.0/24', ports: [443, 22] }])).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: ports(443, 6379) },
      { to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: ports(443) },
    ]);
    // A rule without addresses would open everything.
    expect(rulesOf([{ cidr: '10.0.0.0/8', ports: [22] }])).toEqual([]);
  });

  test('a destination whose port, or address, is not in the list is named; one without a list never is', () => {
    const judged = (address: string, port: number, allow: readonly { cidr: string; ports?: number[] }[]): readonly string[] =>
      closedOff([{ purpose: 'the cache', address, ports: [port] }], { name: 'prod', egress: { allow } }).map((each) => each.message);
    const list = [{ cidr: '10.0.0.0/8', ports: [443] }, { cidr: '2001:db8::/32' }];
    expect(judged('redis.infra:6379', 6379, [{ cidr: '10.0.0.0/8', ports: [443] }])).toEqual([
      'egress.allow opens no port 6379, which the cache at redis.infra:6379 needs',
    ]);
    expect(judged('192.0.2.7:443', 443, list)).toEqual([
      'egress.allow opens no range with 192.0.2.7 and port 443, which the cache at 192.0.2.7:443 needs',
    ]);
    const fine: readonly (readonly [string, number])[] = [
      ['redis.infra:443', 443],
      ['https://10.1.2.3/keys', 443],
      ['[2001:db8::7]:6379', 6379],
      ['later.kea.invalid:1024', 1024],
    ];
    for (const [address, port] of fine) expect([address, judged(address, port, list)]).toEqual([address, []]);
    expect(closedOff([{ purpose: 'the API server', ports: [443, 6443] }], { name: 'prod' })).toEqual([]);
    expect(
      closedOff([{ purpose: 'the API server', ports: [443, 6443] }], {
        name: 'prod',
        egress: { allow: [{ cidr: '10.0.0.0/8', ports: [6379] }] },
      }),
    ).toMatchObject([
      { code: 'KEA2017', severity: 'error', message: 'egress.allow opens no port 443 or 6443, which the API server needs' },
    ]);
  });

  test('a range that holds the metadata services goes around them', () => {
    expect(rulesOf([{ cidr: '160.0.0.0/4' }, { cidr: 'fd00::/8' }, { cidr: 'fe80::/10' }])).toMatchObject([
      { to: [{ ipBlock: { cidr: '160.0.0.0/4', except: ['169.254.0.0/16'] } }] },
      { to: [{ ipBlock: { cidr: 'fd00::/8', except: ['fd00:ec2::254/128'] } }] },
      { to: [{ ipBlock: { cidr: 'fe80::/10' } }] },
    ]);
  });
});
