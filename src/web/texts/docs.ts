/** The texts of the page that describes the HTTP interface. */
export const docsTexts = {
  title: 'HTTP interface',
  lead: 'For people who write programs that call this broker. Open a route to see what it takes and returns.',
  download: 'OpenAPI description',
  topics: 'Topics',
  callers: 'Callers',
  body: 'Body',
  or: 'or',
  fields: 'It takes',
  responses: 'It returns',
  required: 'required',
  places: { query: 'in the query', path: 'in the path', body: 'in the body', header: 'header' } as Readonly<
    Record<string, string>
  >,
};
