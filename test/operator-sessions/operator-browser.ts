import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

export type OperatorPage = {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
};

/** The operator's browser, without a browser. */
export class OperatorBrowser {
  readonly #broker: Pick<TestBroker, 'url' | 'publicUrl'>;
  cookie: string | undefined;
  /** The `set-cookie` header of the last response. */
  setCookie: string | undefined;

  constructor(broker: Pick<TestBroker, 'url' | 'publicUrl'>) {
    this.#broker = broker;
  }

  open(path: string): Promise<OperatorPage> {
    return this.#ask('GET', path);
  }

  submit(path: string, fields: Record<string, string> = {}, headers = {}): Promise<OperatorPage> {
    return this.#ask('POST', path, new URLSearchParams(fields).toString(), headers);
  }

  signIn(token: string, headers = {}): Promise<OperatorPage> {
    return this.submit('/admin/sign-in', { token }, headers);
  }

  async #ask(method: string, path: string, body?: string, headers = {}): Promise<OperatorPage> {
    const answer = await exchange(new URL(path, this.#broker.url), {
      method,
      headers: {
        accept: 'text/html',
        ...(this.cookie !== undefined && { cookie: this.cookie }),
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          origin: this.#broker.publicUrl,
          'sec-fetch-site': 'same-origin',
        }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    this.#remember(answer.headers.getSetCookie());
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      text: await answer.text(),
    };
  }

  #remember([setCookie]: string[]): void {
    if (setCookie === undefined) return;
    this.setCookie = setCookie;
    this.cookie = setCookie.split(';')[0];
  }
}
