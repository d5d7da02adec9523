import { errors, type Dispatcher } from 'undici';
import { BrokerError } from '../../errors/broker-error.ts';
import { OutboundError, type OutboundFailure } from './outbound-error.ts';
import { type Handler, PassingHandler } from './passing-handler.ts';

const reasons: Partial<Record<string, OutboundFailure>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
  UND_ERR_CLOSED: 'closed',
  UND_ERR_DESTROYED: 'closed',
};

/** An undici interceptor that turns each failure into an OutboundError, which tells whether the request was sent. */
export const typedFailures: Dispatcher.DispatcherComposeInterceptor = dispatch => (options, handler) =>
  dispatch(options, new FailureTypingHandler(handler, String(options.origin)));

class FailureTypingHandler extends PassingHandler {
  readonly #origin: string;
  #sent = false;

  constructor(handler: Handler, origin: string) {
    super(handler);
    this.#origin = origin;
  }

  /** Runs once the connection is established. The request is written next, unless the handler aborts it here. */
  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    super.onRequestStart(controller, context);
    this.#sent = !controller.aborted;
  }

  override onResponseError(controller: Dispatcher.DispatchController | null, error: Error): void {
    const abortedByCaller = controller?.aborted === true && controller.reason === error;
    const failure = abortedByCaller ? error : toBrokerError(error, this.#origin, this.#sent);
    super.onResponseError(controller, failure);
  }
}

/** Keeps a BrokerError, which the guard or the source of the request's body has thrown. */
function toBrokerError(error: Error, origin: string, sent: boolean): BrokerError {
  if (error instanceof BrokerError) return error;
  const reason = error instanceof errors.UndiciError ? reasons[error.code] : undefined;
  return new OutboundError(reason ?? 'network', origin, sent, error);
}
