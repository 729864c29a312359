/** URLs as the API server's `url` reads them (Go's ParseRequestURI): absolute addresses, or paths that start with a slash; nothing is normalised. */

const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s;
const PORT = /^(.*?)(?::([0-9]*))?$/s;

export class Url {
  private constructor(
    readonly scheme: string,
    /** With its port. */
    readonly host: string,
    readonly path: string,
    readonly query: string,
  ) {}

  /** @throws Error where the text is no URL */
  static parse(text: string): Url {
    const fail = (): never => {
      throw new Error(`"${text.slice(0, 200)}" is no URL`);
    };
    if (text === '' || [...text].some((character) => character < '!' || character === '\u007f') || /%(?![0-9A-Fa-f]{2})/.test(text)) fail();
    if (text.startsWith('/')) {
      const [path = '', ...query] = text.split('?');
      return new Url('', '', escapePath(path), query.join('?'));
    }
    const found = ABSOLUTE.exec(text);
    if (!found) return fail();
    const [, scheme = '', authority, user = '', path = '', query = ''] = found;
    const host = user.slice(user.lastIndexOf('@') + 1);
    if (authority === undefined && !path.startsWith('/')) return new Url(scheme.toLowerCase(), '', '', query);
    if (!validHost(host)) fail();
    return new Url(scheme.toLowerCase(), host, escapePath(path), query);
  }

  static is(text: string): boolean {
    try {
      Url.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  get hostname(): string {
    const bracket = /^\[(.*)\]/s.exec(this.host);
    return bracket?.[1] ?? PORT.exec(this.host)?.[1] ?? '';
  }

  get port(): string {
    return /:([0-9]*)$/.exec(this.host)?.[1] ?? '';
  }

  /** Name → its values, in order; what does not decode is left out. */
  get parameters(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const pair of this.query.split('&')) {
      if (pair === '' || pair.includes(';')) continue;
      const [name = '', ...value] = pair.split('=');
      try {
        const [key, text] = [decode(name), decode(value.join('='))];
        found.set(key, [...(found.get(key) ?? []), text]);
      } catch {
        continue;
      }
    }
    return found;
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function validHost(host: string): boolean {
  if (host.startsWith('[')) return /^\[[0-9A-Fa-f:.]+(%25[^\]]+)?\](:[0-9]*)?$/.test(host);
  return /^[^[\]:/@"<>\\^`{|} ]*(:[0-9]*)?$/.test(host);
}

/** What may not stand in a path as it is; what is escaped already stays. */
function escapePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/[\]%]/gu, (character) => encodeURIComponent(character));
}
