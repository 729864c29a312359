// Compiled code finds the package's own files from its folder; tests run from the sources, as ES modules, where there is no such folder.
import { fileURLToPath } from 'node:url';

process.env.KEA_PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
