/** What the suite leaves out, because the broker does not stand it yet, each with its reason. */
export const unmended: Readonly<Record<string, string>> = {
  'row rolled back':
    'No journal beside the spool notices a row that is older than what a process has stored.',
  'clock steps': 'A time that was stored while the clock of the database was wrong is believed afterwards.',
};
