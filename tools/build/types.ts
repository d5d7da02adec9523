// Writes the types that `npm pack` ships beside the build, into dist/types/.
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './declarations.ts';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const types = fileURLToPath(new URL('../../dist/types/', import.meta.url));

writeDeclarations([`${source}index.ts`, `${source}client/index.ts`], types);
