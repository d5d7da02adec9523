import { errors, type Dispatcher } from 'undici';
import { BrokerError } from '../../errors/broker-error.ts';
import { OutboundError, type OutboundFailure } from './outbound-error.ts';

const reasons: Partial<Record<string, OutboundFailure>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
  UND_ERR_MAX_ORIGINS_REACHED: 'busy',
  UND_ERR_CLOSED: 'closed',
  UND_ERR_DESTROYED: 'closed',
};

/** An undici interceptor that turns each failure into an OutboundError, which tells whether the request was sent. */
export const typedFailures: Dispatcher.DispatcherComposeInterceptor = dispatch => (options, handler) =>
  dispatch(options, new FailureTypingHandler(handler, String(options.origin)));

/** Unlike its types, undici passes no controller if a request fails before it starts. */
type Handler = Omit<Dispatcher.DispatchHandler, 'onResponseError'> & {
  onResponseError?(controller: Dispatcher.DispatchController | null, error: Error): void;
};

class FailureTypingHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Handler;
  readonly #origin: string;
  #sent = false;

  constructor(handler: Handler, origin: string) {
    this.#handler = handler;
    this.#origin = origin;
  }

  /** Runs once the connection is established. The request is written next, unless the handler aborts it here. */
  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
    this.#sent = !controller.aborted;
  }

  onResponseError(controller: Dispatcher.DispatchController | null, error: Error): void {
    const abortedByCaller = controller?.aborted === true && controller.reason === error;
    const failure = abortedByCaller ? error : toBrokerError(error, this.#origin, this.#sent);
    this.#handler.onResponseError?.(controller, failure);
  }

  onRequestUpgrade(...args: Parameters<Required<Dispatcher.DispatchHandler>['onRequestUpgrade']>): void {
    this.#handler.onRequestUpgrade?.(...args);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseStart']>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseEnd']>): void {
    this.#handler.onResponseEnd?.(...args);
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }
}

/** Keeps a BrokerError, which the guard or the source of the request's body has thrown. */
function toBrokerError(error: Error, origin: string, sent: boolean): BrokerError {
  if (error instanceof BrokerError) return error;
  const reason = error instanceof errors.UndiciError ? reasons[error.code] : undefined;
  return new OutboundError(reason ?? 'network', origin, sent, error);
}
