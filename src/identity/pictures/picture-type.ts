/** The allowed types of pictures, with their magic bytes and the offsets of those. */
const SIGNATURES = [
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

export type PictureType = (typeof SIGNATURES)[number]['type'];

/** Returns the type of a picture by its magic bytes. Undefined for any other content, such as SVG with its scripts. */
export function pictureTypeOf(bytes: Buffer): PictureType | undefined {
  const text = bytes.toString('latin1', 0, 16);
  return SIGNATURES.find(({ marks }) => marks.every(([at, mark]) => text.startsWith(mark, at)))?.type;
}
