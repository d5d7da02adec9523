import { text } from './text-settings.ts';

/** The moments of a refresh at which a crash is worst. */
export const failPoints = [
  'after_intent',
  'before_send',
  'after_bytes',
  'after_answer',
  'before_write',
] as const;

/** The moments of a key request at which a crash is worst: just before or after a commit. */
const keyRequestFailPoints = [
  'request_created',
  'request_granted',
  'request_authorized',
  'request_claiming',
  'request_claimed',
] as const;

/** The actions: kill the process, stop it until SIGCONT, or throw an error. */
const failActions = ['exit', 'pause', 'throw'] as const;

export type FailPoint = (typeof failPoints)[number];
export type FailAction = (typeof failActions)[number];
export type KeyRequestFailPoint = (typeof keyRequestFailPoints)[number];
export type FailPointSetting = {
  readonly point: FailPoint | KeyRequestFailPoint;
  readonly action: FailAction;
};

const allPoints = [...failPoints, ...keyRequestFailPoints] as const;

/** `<point>:<action>` */
export const failPointSetting = text.transform((value, context): FailPointSetting => {
  const [pointName, actionName, ...rest] = value.split(':');
  const point = allPoints.find(name => name === pointName);
  const action = failActions.find(name => name === actionName);
  if (point && action && rest.length === 0) return { point, action };
  context.addIssue(`must be one of ${allPoints.join(', ')}, a colon, and one of ${failActions.join(', ')}`);
  return { point: failPoints[0], action: failActions[0] };
});
