import type { Frame, ProfiledNode } from './cpu-profile.ts';

/** Returns the place of a function: a folder of the program, a package, Node, or no function at all. */
export function groupOf({ url, functionName }: Frame): string {
  const [, folder] = /\/dist\/(src\/[^/]+)/.exec(url) ?? [];
  if (folder !== undefined) return folder.replace(/\.js$/, '.ts');
  const [, dependency] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (dependency !== undefined) return dependency;
  const [, part] = /^(node:(?:internal\/)?[^/]+)/.exec(url) ?? [];
  return part ?? (functionName.startsWith('(') ? functionName : '(native)');
}

/** Returns a function's name and first line. */
export function placeOf({ url, functionName, lineNumber }: Frame): string {
  const file = url.replace(/^.*\/(?:dist|node_modules)\//, '');
  return `\`${functionName || '(anonymous)'}\`${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}

/** Returns the group of the nearest caller outside Node, to attribute Node's own work. */
export function callerGroupOf(node: ProfiledNode): string {
  for (let at: ProfiledNode | undefined = node; at; at = at.parent) {
    const group = groupOf(at.frame);
    if (!/^(node:|\(native\)|\(anonymous\))/.test(group))
      return group === '(root)' ? groupOf(node.frame) : group;
  }
  return groupOf(node.frame);
}
