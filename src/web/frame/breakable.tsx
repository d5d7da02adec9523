import type { VNode } from 'preact';

/** A long name without spaces, such as a DID. Lines break first between its parts. */
export function Breakable({ children }: { children: string }): VNode {
  const parts = children.split(/(?<=[.:/?&#])(?=[^.:/?&#])/);
  return (
    <>
      {parts.map((part, index) => (
        <>
          {index === 0 ? null : <wbr />}
          {part}
        </>
      ))}
    </>
  );
}
