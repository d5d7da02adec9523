/** The kinds of pictures that are passed on, each with the bytes that it begins with, and where. */
const BEGINNINGS = [
  { type: 'image/png', marks: [[0, '\x89PNG\r\n\x1a\n']] },
  { type: 'image/jpeg', marks: [[0, '\xff\xd8\xff']] },
  {
    type: 'image/webp',
    marks: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  },
] as const;

export type PictureType = (typeof BEGINNINGS)[number]['type'];

/** Tells what a picture is by its own bytes; `undefined` for all that can hold a script, and all else. */
export function pictureTypeOf(bytes: Buffer): PictureType | undefined {
  const text = bytes.toString('latin1', 0, 16);
  return BEGINNINGS.find(({ marks }) => marks.every(([at, mark]) => text.startsWith(mark, at)))?.type;
}
