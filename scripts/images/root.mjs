// The root file system of an image, gathered in a folder from files of this machine.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execute } from '../parts/tools.mjs';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** Unprivileged user of every image of ours. */
export const NONROOT = 65532;

/** A root file system in the making. `user` is the one that its programs run as. */
export class Root {
  constructor(user = { uid: NONROOT, gid: NONROOT }) {
    this.user = user;
    this.folder = mkdtempSync(join(tmpdir(), 'kea-image-'));
    // A temporary folder is its maker's alone; the root of a file system is everybody's to enter.
    chmodSync(this.folder, 0o755);
    for (const path of ['etc', 'tmp', 'usr/bin', 'usr/lib', 'usr/lib64', 'usr/sbin', 'var/tmp'])
      mkdirSync(join(this.folder, path), { recursive: true });
    for (const part of ['bin', 'lib', 'lib64', 'sbin']) symlinkSync(`usr/${part}`, join(this.folder, part));
    for (const path of ['tmp', 'var/tmp']) chmodSync(join(this.folder, path), 0o1777);
    this.text('/etc/passwd', `root:x:0:0::/:\nkea:x:${user.uid}:${user.gid}::/tmp:\n`);
    this.text('/etc/group', `root:x:0:\nkea:x:${user.gid}:\n`);
    this.text('/etc/nsswitch.conf', 'hosts: files dns\n');
  }

  /** Where a path of the image stands on this machine. */
  path(target) {
    return join(this.folder, target);
  }

  text(target, content) {
    mkdirSync(dirname(this.path(target)), { recursive: true });
    writeFileSync(this.path(target), content);
  }

  /** Copies a file, links followed, or a folder's content as it is. */
  copy(from, target = from) {
    const to = this.path(target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(realpathSync(from), to, { recursive: true, verbatimSymlinks: true });
  }

  /** Copies a program and every shared library that the loader would take for it. */
  async program(file, target = file) {
    this.copy(file, target);
    await this.libraries(file);
  }

  /** Copies the shared libraries that the loader would take for a program or library. */
  async libraries(file) {
    const listed = await execute('ldd', [file]).catch(() => '');
    for (const library of new Set(listed.match(/\/[^\s)]+/g) ?? [])) {
      if (!library.startsWith(dirname(file)) && !library.endsWith(':') && !existsSync(this.path(library))) this.copy(library);
    }
  }

  /** The certificate authorities of this machine. */
  certificates() {
    if (existsSync(CERTIFICATES)) this.text(CERTIFICATES, readFileSync(CERTIFICATES));
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
