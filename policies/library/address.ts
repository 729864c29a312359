/** IP addresses and networks as the API server's `ip` and `cidr` read them: no zones, no leading zeros, no IPv4 inside IPv6. */

export class IpAddress {
  private constructor(
    readonly value: bigint,
    readonly family: 4 | 6,
  ) {}

  /** @throws Error where the text is no address */
  static parse(text: string): IpAddress {
    const four = parseFour(text);
    if (four !== undefined) return new IpAddress(four, 4);
    const six = parseSix(text);
    if (six === undefined) throw new Error(`"${text.slice(0, 60)}" is no IP address`);
    if (six >> 32n === 0xffffn) throw new Error(`"${text}" is an IPv4 address inside IPv6, which is not allowed`);
    return new IpAddress(six, 6);
  }

  static of(value: bigint, family: 4 | 6): IpAddress {
    return new IpAddress(value, family);
  }

  static is(text: string): boolean {
    return succeeds(() => IpAddress.parse(text));
  }

  get bits(): number {
    return this.family === 4 ? 32 : 128;
  }

  isIn(network: string): boolean {
    return Network.parse(network).contains(this);
  }

  isUnspecified(): boolean {
    return this.value === 0n;
  }

  isLoopback(): boolean {
    return this.isIn(this.family === 4 ? '127.0.0.0/8' : '::1/128');
  }

  isLinkLocalMulticast(): boolean {
    return this.family === 4 ? this.isIn('224.0.0.0/24') : ((this.value >> 112n) & 0xff0fn) === 0xff02n;
  }

  isLinkLocalUnicast(): boolean {
    return this.isIn(this.family === 4 ? '169.254.0.0/16' : 'fe80::/10');
  }

  isGlobalUnicast(): boolean {
    const broadcast = this.family === 4 && this.value === 0xffffffffn;
    const multicast = this.isIn(this.family === 4 ? '224.0.0.0/4' : 'ff00::/8');
    return !broadcast && !multicast && !this.isUnspecified() && !this.isLoopback() && !this.isLinkLocalUnicast();
  }

  /** The one way of writing the address (RFC 5952). */
  toString(): string {
    if (this.family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((this.value >> shift) & 0xffn)).join('.');
    const groups = Array.from({ length: 8 }, (_, at) => ((this.value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
    return shorten(groups);
  }
}

export class Network {
  private constructor(
    readonly address: IpAddress,
    readonly prefix: number,
  ) {}

  /** @throws Error where the text is no network */
  static parse(text: string): Network {
    const [address = '', prefix = '', more] = text.split('/');
    const length = /^(0|[1-9][0-9]{0,2})$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (more !== undefined || !IpAddress.is(address) || !(length <= IpAddress.parse(address).bits))
      throw new Error(`"${text.slice(0, 60)}" is no network such as 10.0.0.0/8`);
    return new Network(IpAddress.parse(address), length);
  }

  static is(text: string): boolean {
    return succeeds(() => Network.parse(text));
  }

  private get shift(): bigint {
    return BigInt(this.address.bits - this.prefix);
  }

  contains(address: IpAddress): boolean {
    return address.family === this.address.family && address.value >> this.shift === this.address.value >> this.shift;
  }

  containsNetwork(other: Network): boolean {
    return other.prefix >= this.prefix && this.contains(other.address);
  }

  /** The network with every bit behind the prefix zero. */
  masked(): Network {
    return new Network(IpAddress.of((this.address.value >> this.shift) << this.shift, this.address.family), this.prefix);
  }

  toString(): string {
    return `${this.address.toString()}/${this.prefix}`;
  }
}

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const halves = text.split('::');
  if (text.length > 45 || halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => groupsOf(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<bigint>(tail === undefined ? 0 : missing).fill(0n), ...(tail ?? [])].reduce(
    (value, group) => (value << 16n) | group,
    0n,
  );
}

/** Groups of one side of `::`; the last may be an IPv4 address. */
function groupsOf(half: string): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [at, part] of parts.entries()) {
    const four = at === parts.length - 1 && part.includes('.') ? parseFour(part) : undefined;
    if (four !== undefined) groups.push(four >> 16n, four & 0xffffn);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

/** The longest run of zero groups, the first of several, becomes `::`. */
function shorten(groups: readonly string[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
