import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes the types of `entries` and of what their types name, without a check, into `outDir`. */
export function writeDeclarations(entries: readonly string[], outDir: string): void {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, path => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram(entries, {
    ...options,
    noCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    incremental: false,
    sourceMap: false,
    stripInternal: true,
    rootDir: `${root}src`,
    outDir,
  });
  const waiting = [...entries];
  for (const path of waiting) {
    for (const imported of emit(program, path)) if (!waiting.includes(imported)) waiting.push(imported);
  }
}

/** Writes the types of one file. Returns our own files that they name. */
function emit(program: ts.Program, path: string): string[] {
  const file = program.getSourceFile(path);
  if (!file) throw new Error(`${path} is not part of the program`);
  let named: string[] = [];
  program.emit(
    file,
    (name, text) => {
      ts.sys.writeFile(name, text);
      named = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
    },
    undefined,
    true,
  );
  return named
    .filter(name => name.startsWith('.'))
    .map(name => fileURLToPath(new URL(name, `file://${path}`)));
}
