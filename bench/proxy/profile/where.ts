import type { Frame, ProfiledNode } from './cpu-profile.ts';

/** Where a function is: a folder of the program, a package, a part of Node, or what is no function at all. */
export function groupOf({ url, functionName }: Frame): string {
  const [, folder] = /\/dist\/(src\/[^/]+)/.exec(url) ?? [];
  if (folder !== undefined) return folder.replace(/\.js$/, '.ts');
  const [, dependency] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (dependency !== undefined) return dependency;
  const [, part] = /^(node:(?:internal\/)?[^/]+)/.exec(url) ?? [];
  return part ?? (functionName.startsWith('(') ? functionName : '(native)');
}

/** A function and the line that it begins in. */
export function placeOf({ url, functionName, lineNumber }: Frame): string {
  const file = url.replace(/^.*\/(?:dist|node_modules)\//, '');
  return `\`${functionName || '(anonymous)'}\`${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}

/** Whose work it is that Node does: the group of the nearest caller that is no part of Node itself. */
export function callerGroupOf(node: ProfiledNode): string {
  for (let at: ProfiledNode | undefined = node; at; at = at.parent) {
    const group = groupOf(at.frame);
    if (!/^(node:|\(native\)|\(anonymous\))/.test(group))
      return group === '(root)' ? groupOf(node.frame) : group;
  }
  return groupOf(node.frame);
}
