export { type BrokerOptions } from './broker-api.ts';
export {
  BrokerError,
  type BrokerErrorDetails,
  brokerErrorOf,
  BrokerUnreachable,
  KeyRefused,
  NeedsOwner,
} from './broker-errors.ts';
export { type Clock } from './clock.ts';
export {
  type IssuedKey,
  type KeyRequest,
  type KeyRequestEnd,
  KeyRequestEnded,
  type KeyRequestInput,
  type KeyRequestStatus,
  requestKey,
} from './key-request.ts';
export {
  LatchkeyClient,
  type LatchkeyClientOptions,
  type Me,
  type ServiceToken,
  type ServiceTokenInput,
} from './latchkey-client.ts';
