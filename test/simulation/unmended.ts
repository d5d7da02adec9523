/** What the suite leaves out, each with its reason. */
export const unmended: Readonly<Record<string, string>> = {
  'row rolled back':
    'The task that looks for rolled-back rows does not run in the simulation, so a process that knows the newer row never puts it back.',
};
