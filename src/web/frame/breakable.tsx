import type { VNode } from 'preact';

/** A name of the protocol, which has no spaces: broken where its parts end, before it is broken anywhere. */
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
