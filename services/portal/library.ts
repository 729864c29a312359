import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeIndex, decodePart } from '../../core/contract/bundle-codec';
import { BundleFile } from '../../core/contract/bundle-files';
import { callableMethods } from '../../core/decide/role-verdict';
import { visibleOpenApi } from '../shared/visible-openapi';
import type { BundleIndex, BundleMethod, BundlePart } from '../../core/contract/bundle';
import type { JsonObject } from '../../core/json';

/** One contract as a caller may see it. */
export interface Shelf {
  readonly part: BundlePart;
  /** Methods that the caller's roles admit to; never empty. */
  readonly methods: readonly BundleMethod[];
}

interface Edition {
  readonly index: BundleIndex;
  readonly parts: readonly BundlePart[];
}

/** What the bundle folder holds, as the caller may see it. A bundle that cannot be read leaves the last good one in place. */
export class Library {
  private edition: Edition | undefined;
  private mark = '';
  private reading: Promise<Edition | undefined> | undefined;

  constructor(private readonly folder: string) {}

  /** Undefined while there is no bundle at all. */
  async stack(): Promise<string | undefined> {
    return (await this.newest())?.index.stack;
  }

  /** Contracts with at least one method that the roles admit to, in order of name. */
  async shelves(roles: readonly string[]): Promise<readonly Shelf[]> {
    const edition = await this.newest();
    return (edition?.parts ?? []).flatMap((part) => {
      const methods = part.contract.lifecycle.retired ? [] : callableMethods(part.contract.methods, roles);
      return methods.length > 0 ? [{ part, methods }] : [];
    });
  }

  /** Undefined for what is not there and for what the caller may not see: the two look the same. */
  async shelf(model: string, contract: string, roles: readonly string[]): Promise<Shelf | undefined> {
    const shelves = await this.shelves(roles);
    return shelves.find(({ part }) => part.contract.model === model && part.contract.contract === contract);
  }

  private async newest(): Promise<Edition | undefined> {
    const file = join(this.folder, BundleFile.index);
    const mark = await stat(file).then(
      ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
      () => '',
    );
    if (mark === '' || mark === this.mark) return this.edition;
    this.reading ??= this.read(file, mark).finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(file: string, mark: string): Promise<Edition | undefined> {
    try {
      const index = decodeIndex(await readFile(file, 'utf8'));
      const known = new Map(this.edition?.index.parts.map(({ digest }, at) => [digest, this.edition?.parts[at]]));
      const parts = await Promise.all(
        index.parts.map(
          async ({ name, digest }) =>
            known.get(digest) ?? decodePart(await readFile(join(this.folder, BundleFile.part(name, digest))), digest),
        ),
      );
      this.edition = { index, parts };
      this.mark = mark;
    } catch {
      // Half-copied or foreign: looked at again with the next request.
    }
    return this.edition;
  }
}

/** The contract's OpenAPI document as this caller may see it. */
export function shelfDocument({ part }: Shelf, roles: readonly string[]): JsonObject {
  return visibleOpenApi(part.openapi, [part], roles);
}
