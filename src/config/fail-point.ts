import { text } from './text-settings.ts';

/** The moments of a refresh at which a crash is worst. */
export const failPoints = [
  'after_intent',
  'before_send',
  'after_bytes',
  'after_answer',
  'before_write',
] as const;

/** What happens there: the process is killed, is stopped until it gets SIGCONT, or the refresh crashes. */
export const failActions = ['exit', 'pause', 'throw'] as const;

export type FailPoint = (typeof failPoints)[number];
export type FailAction = (typeof failActions)[number];
export type FailPointSetting = { readonly point: FailPoint; readonly action: FailAction };

/** `<point>:<action>` */
export const failPointSetting = text.transform((value, context): FailPointSetting => {
  const [pointName, actionName, ...rest] = value.split(':');
  const point = failPoints.find(name => name === pointName);
  const action = failActions.find(name => name === actionName);
  if (point && action && rest.length === 0) return { point, action };
  context.addIssue(`must be one of ${failPoints.join(', ')}, a colon, and one of ${failActions.join(', ')}`);
  return { point: failPoints[0], action: failActions[0] };
});
