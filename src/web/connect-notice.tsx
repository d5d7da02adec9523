import type { VNode } from 'preact';
import { Page } from './page.tsx';

export type ConnectNoticeProps = {
  readonly basePath: string;
  readonly brokerName: string;
  readonly heading: string;
  readonly text: string;
  /** The code of the error, where it is one. */
  readonly problem?: string;
};

/** The page that says what became of a key request, or why there is nothing to answer. */
export function ConnectNotice({ basePath, brokerName, heading, text, problem }: ConnectNoticeProps): VNode {
  return (
    <Page title={`${heading} · ${brokerName}`} basePath={basePath}>
      <p class="brand">{brokerName}</p>
      <h1>{heading}</h1>
      {problem === undefined ? (
        <p>{text}</p>
      ) : (
        <p role="alert" class="problem" data-problem={problem}>
          {text}
        </p>
      )}
    </Page>
  );
}
