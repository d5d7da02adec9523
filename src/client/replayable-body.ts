/** Bodies that can be read any number of times. Found by their tags, because a runtime may have several realms. */
const tags = new Set(['ArrayBuffer', 'SharedArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams']);

/** Whether a body can be sent again. A stream cannot. */
export function isReplayable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string' || ArrayBuffer.isView(body))
    return true;
  return tags.has(Object.prototype.toString.call(body).slice('[object '.length, -1));
}
