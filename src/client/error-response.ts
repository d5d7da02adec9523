import { BrokerError, type BrokerErrorDetails, KeyRefused, NeedsOwner } from './broker-errors.ts';
import { toldWaitMs } from './told-wait.ts';

/**
 * Returns the error that a response of the broker tells.
 *
 * @param broker the broker's address, where an owner finds the key if the response has no link
 */
export async function readErrorResponse(response: Response, broker: string): Promise<BrokerError> {
  const body = await readJsonObject(response);
  const { error: code, message, reconnectUrl } = body;
  const { status, headers } = response;
  const details: BrokerErrorDetails = {
    code: typeof code === 'string' ? code : 'UnexpectedResponse',
    message: typeof message === 'string' ? message : `The broker answered ${status} without an explanation.`,
    status,
    requestId: headers.get('latchkey-request-id') ?? undefined,
    retryAfterMs: toldWaitMs(response),
  };
  switch (details.code) {
    case 'ReauthorizationRequired': {
      const link = typeof reconnectUrl === 'string' ? reconnectUrl : `${broker}/account`;
      return new NeedsOwner({ ...details, reconnectUrl: link });
    }
    case 'InvalidToken':
      return new KeyRefused(details);
    default:
      return new BrokerError(details);
  }
}

/** Whether a response to a call says that the key does not work: by the broker, not by the account's server. */
export function isAboutKey({ status, headers }: Response): boolean {
  return (
    status === 401 &&
    ['ReauthorizationRequired', 'InvalidToken'].includes(headers.get('latchkey-error') ?? '')
  );
}

/** Returns the JSON object of a response, or an empty one for every other body. */
export async function readJsonObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
