import { Environment } from '@marcbachmann/cel-js';
import { IpAddress, Network } from '../library/address';
import { formatText } from '../library/format';
import { portablePattern } from '../library/pattern';
import { Quantity } from '../library/quantity';
import { Semver } from '../library/semver';
import { Url } from '../library/url';

/** Names that stand before a dot, as in `sets.contains(a, b)`. */
class SetsNamespace {
  readonly name = 'sets';
}
class IpNamespace {
  readonly name = 'ip';
}

/** Functions of the library that KEA does better than it: they keep their name in rules and get this one while a rule is compiled. */
export const REPLACED: { readonly [name: string]: string } = { matches: 'keaMatches' };

/** The CEL that rules are written in: the language, its text and optional extensions, and the libraries of the Kubernetes API server. */
export function makeEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, limits: { maxAstNodes: 5000, maxDepth: 100 } });
  environment.registerVariable('object', 'dyn').registerVariable('variables', 'map<string, dyn>');
  textFunctions(environment);
  listFunctions(environment);
  setFunctions(environment);
  quantityFunctions(environment);
  semverFunctions(environment);
  addressFunctions(environment);
  urlFunctions(environment);
  return environment;
}

type Add = (signature: string, handler: (...values: never[]) => unknown) => void;

function adder(environment: Environment): Add {
  return (signature, handler) =>
    void environment.registerFunction(signature, handler as (...values: unknown[]) => unknown, { async: false });
}

function textFunctions(environment: Environment): void {
  const add = adder(environment);
  add('string.keaMatches(string): bool', (text: string, pattern: string) => portablePattern(pattern).test(text));
  add('string.find(string): string', (text: string, pattern: string) => portablePattern(pattern).exec(text)?.[0] ?? '');
  add('string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern));
  add('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) =>
    most < 0n ? findAll(text, pattern) : findAll(text, pattern).slice(0, Number(most)),
  );
  add('string.charAt(int): string', (text: string, at: bigint) => {
    const letters = [...text];
    if (at < 0n || at > BigInt(letters.length)) throw new Error(`index out of range: ${at}`);
    return letters[Number(at)] ?? '';
  });
  add('string.replace(string, string): string', (text: string, from: string, to: string) => text.split(from).join(to));
  add('string.replace(string, string, int): string', (text: string, from: string, to: string, most: bigint) => {
    const parts = text.split(from);
    const kept = most < 0n ? parts.length - 1 : Math.min(Number(most), parts.length - 1);
    return [parts.slice(0, kept + 1).join(to), ...parts.slice(kept + 1)].join(from);
  });
  add('string.format(list): string', (text: string, values: readonly unknown[]) => formatText(text, values));
}

function findAll(text: string, pattern: string): string[] {
  const { source, flags } = portablePattern(pattern);
  return [...text.matchAll(new RegExp(source, `${flags}g`))].map(([found]) => found);
}

function listFunctions(environment: Environment): void {
  const add = adder(environment);
  add('list.isSorted(): bool', (list: readonly Comparable[]) => list.every((each, at) => at === 0 || (list[at - 1] as Comparable) <= each));
  add('list.sum(): dyn', (list: readonly Comparable[]) => {
    if (list.some((each) => typeof each !== typeof list[0] || typeof each === 'string')) throw new Error('sum() takes numbers of one type');
    return typeof list[0] === 'number'
      ? (list as readonly number[]).reduce((a, b) => a + b, 0)
      : (list as readonly bigint[]).reduce((a, b) => a + b, 0n);
  });
  add('list.min(): dyn', (list: readonly Comparable[]) => extreme(list, (a, b) => a < b));
  add('list.max(): dyn', (list: readonly Comparable[]) => extreme(list, (a, b) => a > b));
  add('list.indexOf(dyn): int', (list: readonly unknown[], value: unknown) => BigInt(list.indexOf(value)));
  add('list.lastIndexOf(dyn): int', (list: readonly unknown[], value: unknown) => BigInt(list.lastIndexOf(value)));
}

type Comparable = string | number | bigint;

function extreme(list: readonly Comparable[], better: (a: Comparable, b: Comparable) => boolean): Comparable {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('min() and max() need a list with something in it');
  if (rest.some((each) => typeof each !== typeof first)) throw new Error('min() and max() take values of one type');
  return rest.reduce((best, each) => (better(each, best) ? each : best), first);
}

function setFunctions(environment: Environment): void {
  const add = adder(environment);
  const holds = (list: readonly unknown[], value: unknown): boolean => list.some((each) => each === value);
  const contains = (a: readonly unknown[], b: readonly unknown[]): boolean => b.every((value) => holds(a, value));
  environment.registerType('SetsNamespace', SetsNamespace);
  environment.registerConstant('sets', 'SetsNamespace', new SetsNamespace());
  add('SetsNamespace.contains(list, list): bool', (_: unknown, a: unknown[], b: unknown[]) => contains(a, b));
  add('SetsNamespace.equivalent(list, list): bool', (_: unknown, a: unknown[], b: unknown[]) => contains(a, b) && contains(b, a));
  add('SetsNamespace.intersects(list, list): bool', (_: unknown, a: unknown[], b: unknown[]) => a.some((value) => holds(b, value)));
}

function quantityFunctions(environment: Environment): void {
  const add = adder(environment);
  environment.registerType('kubernetes.Quantity', Quantity as never);
  add('quantity(string): kubernetes.Quantity', (text: string) => Quantity.parse(text));
  add('isQuantity(string): bool', (text: string) => Quantity.is(text));
  add('kubernetes.Quantity.sign(): int', (of: Quantity) => of.sign());
  add('kubernetes.Quantity.isInteger(): bool', (of: Quantity) => of.isInteger());
  add('kubernetes.Quantity.asInteger(): int', (of: Quantity) => of.asInteger());
  add('kubernetes.Quantity.asApproximateFloat(): double', (of: Quantity) => of.asApproximateFloat());
  add('kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity', (of: Quantity, other: Quantity) => of.add(other));
  add('kubernetes.Quantity.add(int): kubernetes.Quantity', (of: Quantity, other: bigint) => of.add(Quantity.of(other)));
  add('kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity', (of: Quantity, other: Quantity) => of.sub(other));
  add('kubernetes.Quantity.sub(int): kubernetes.Quantity', (of: Quantity, other: bigint) => of.sub(Quantity.of(other)));
  comparisons(environment, 'kubernetes.Quantity');
}

function semverFunctions(environment: Environment): void {
  const add = adder(environment);
  environment.registerType('kubernetes.Semver', Semver as never);
  add('semver(string): kubernetes.Semver', (text: string) => Semver.parse(text));
  add('isSemver(string): bool', (text: string) => Semver.is(text));
  add('kubernetes.Semver.major(): int', (of: Semver) => of.major);
  add('kubernetes.Semver.minor(): int', (of: Semver) => of.minor);
  add('kubernetes.Semver.patch(): int', (of: Semver) => of.patch);
  comparisons(environment, 'kubernetes.Semver');
}

function comparisons(environment: Environment, type: string): void {
  const add = adder(environment);
  interface Ordered {
    compareTo(other: unknown): bigint;
  }
  add(`${type}.isGreaterThan(${type}): bool`, (a: Ordered, b: Ordered) => a.compareTo(b) > 0n);
  add(`${type}.isLessThan(${type}): bool`, (a: Ordered, b: Ordered) => a.compareTo(b) < 0n);
  add(`${type}.compareTo(${type}): int`, (a: Ordered, b: Ordered) => a.compareTo(b));
  environment.registerOperator(`${type} == ${type}`, ((a: Ordered, b: Ordered) => a.compareTo(b) === 0n) as never);
}

function addressFunctions(environment: Environment): void {
  const add = adder(environment);
  environment.registerType('net.IP', IpAddress as never);
  environment.registerType('net.CIDR', Network as never);
  environment.registerType('IpNamespace', IpNamespace);
  environment.registerConstant('ip', 'IpNamespace', new IpNamespace());
  add('ip(string): net.IP', (text: string) => IpAddress.parse(text));
  add('isIP(string): bool', (text: string) => IpAddress.is(text));
  add('IpNamespace.isCanonical(string): bool', (_: unknown, text: string) => IpAddress.parse(text).toString() === text);
  add('net.IP.family(): int', (of: IpAddress) => BigInt(of.family));
  add('net.IP.isUnspecified(): bool', (of: IpAddress) => of.isUnspecified());
  add('net.IP.isLoopback(): bool', (of: IpAddress) => of.isLoopback());
  add('net.IP.isLinkLocalMulticast(): bool', (of: IpAddress) => of.isLinkLocalMulticast());
  add('net.IP.isLinkLocalUnicast(): bool', (of: IpAddress) => of.isLinkLocalUnicast());
  add('net.IP.isGlobalUnicast(): bool', (of: IpAddress) => of.isGlobalUnicast());
  add('cidr(string): net.CIDR', (text: string) => Network.parse(text));
  add('isCIDR(string): bool', (text: string) => Network.is(text));
  add('net.CIDR.containsIP(string): bool', (of: Network, text: string) => of.contains(IpAddress.parse(text)));
  add('net.CIDR.containsIP(net.IP): bool', (of: Network, address: IpAddress) => of.contains(address));
  add('net.CIDR.containsCIDR(string): bool', (of: Network, text: string) => of.containsNetwork(Network.parse(text)));
  add('net.CIDR.containsCIDR(net.CIDR): bool', (of: Network, other: Network) => of.containsNetwork(other));
  add('net.CIDR.ip(): net.IP', (of: Network) => of.address);
  add('net.CIDR.masked(): net.CIDR', (of: Network) => of.masked());
  add('net.CIDR.prefixLength(): int', (of: Network) => BigInt(of.prefix));
  add('string(net.IP): string', (of: IpAddress) => of.toString());
  add('string(net.CIDR): string', (of: Network) => of.toString());
}

function urlFunctions(environment: Environment): void {
  const add = adder(environment);
  environment.registerType('kubernetes.URL', Url as never);
  add('url(string): kubernetes.URL', (text: string) => Url.parse(text));
  add('isURL(string): bool', (text: string) => Url.is(text));
  add('kubernetes.URL.getScheme(): string', (of: Url) => of.scheme);
  add('kubernetes.URL.getHost(): string', (of: Url) => of.host);
  add('kubernetes.URL.getHostname(): string', (of: Url) => of.hostname);
  add('kubernetes.URL.getPort(): string', (of: Url) => of.port);
  add('kubernetes.URL.getEscapedPath(): string', (of: Url) => of.path);
  add('kubernetes.URL.getQuery(): map', (of: Url) => of.parameters);
}
