import { describe, expect, it } from '@jest/globals';
import { Log } from '../observability/log.ts';
import { RefusalNotes } from './refusal-notes.ts';

function notesWithLines(): { notes: RefusalNotes; lines: string[] } {
  const lines: string[] = [];
  return { notes: new RefusalNotes(new Log({ write: line => lines.push(line) })), lines };
}

const keyWith = (id: string) => ({ id, did: 'did:plc:alice' });

describe('notes of refused keys', () => {
  it('are written once for each key, and once for all that is malformed', () => {
    const { notes, lines } = notesWithLines();
    for (const id of ['a', 'b', 'a', 'b']) notes.refused(keyWith(id), 'revoked');
    for (const length of [7, 8, 9]) notes.malformed(length);
    const said = lines.map(line => JSON.parse(line) as object);
    expect(said).toMatchObject([
      { apiKeyId: 'a', did: 'did:plc:alice', reason: 'revoked' },
      { apiKeyId: 'b' },
      { length: 7 },
    ]);
  });

  it('are no more than a thousand a minute, however many keys are shown', () => {
    const { notes, lines } = notesWithLines();
    for (let key = 0; key < 5_000; key++) notes.refused(keyWith(String(key)), 'expired');
    expect(lines).toHaveLength(1_000);
  });
});
