import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const headEnd = '\r\n\r\n';

/**
 * A kept-alive HTTP/1.1 connection with one request at a time, on its own socket.
 *
 * It implements only its one kind of request, so that the machine serves what is measured.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #onAnswer: (connection: RawConnection, status: string) => void;
  #status = '';
  #head = '';
  #bodyLeft = 0;
  /** The due time of the running request, by the monotonic clock. */
  dueAt = 0;

  private constructor(socket: Socket, onAnswer: (connection: RawConnection, status: string) => void) {
    this.#socket = socket.setNoDelay();
    this.#onAnswer = onAnswer;
    socket.on('data', chunk => {
      this.#read(chunk);
    });
  }

  static async open(
    { hostname, port }: URL,
    onAnswer: (connection: RawConnection, status: string) => void,
  ): Promise<RawConnection> {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket, onAnswer);
  }

  /** Rejects when the other side closes the connection. */
  async broken(): Promise<never> {
    await once(this.#socket, 'close');
    throw new Error('the proxy closed a connection under load');
  }

  send(request: string, dueAt: number): void {
    this.dueAt = dueAt;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#status === '') this.#readHead(chunk.toString('latin1'));
    else this.#readBody(chunk.length);
  }

  #readHead(text: string): void {
    const head = this.#head + text;
    const end = head.indexOf(headEnd);
    this.#head = end === -1 ? head : '';
    if (end === -1) return;
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    if (length === undefined) throw new Error(`an answer does not tell its length: ${head.slice(0, end)}`);
    this.#status = head.slice(9, 12);
    this.#bodyLeft = Number(length);
    this.#readBody(head.length - end - headEnd.length);
  }

  #readBody(bytes: number): void {
    this.#bodyLeft -= bytes;
    if (this.#bodyLeft > 0) return;
    const status = this.#status;
    this.#status = '';
    this.#onAnswer(this, status);
  }
}
