/** A chunk of a few bytes costs a hundred in memory, so smaller ones are copied together. */
const OWN_CHUNK_BYTES = 4 * 1024;

const BLOCK_BYTES = 16 * 1024;

/** The beginning of a body, as it arrived. */
export class KeptBytes {
  private readonly chunks: Buffer[] = [];
  private block = Buffer.alloc(0);
  private filled = 0;
  private bytes = 0;

  get length(): number {
    return this.bytes;
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    // Most bodies are one chunk.
    if (chunk.length >= OWN_CHUNK_BYTES || this.bytes === chunk.length) {
      this.closeBlock();
      this.chunks.push(chunk);
      return;
    }
    if (chunk.length > this.block.length - this.filled) {
      this.closeBlock();
      this.block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    }
    this.filled += chunk.copy(this.block, this.filled);
  }

  /** Returns the chunks. Call it once, after the last chunk was added. */
  toChunks(): readonly Buffer[] {
    this.closeBlock();
    return this.chunks;
  }

  /** Returns all bytes as one buffer, like {@link toChunks}. */
  toBuffer(): Buffer {
    const [first, ...rest] = this.toChunks();
    return first && rest.length === 0 ? first : Buffer.concat(this.chunks, this.bytes);
  }

  private closeBlock(): void {
    if (this.filled > 0) this.chunks.push(this.block.subarray(0, this.filled));
    this.block = Buffer.alloc(0);
    this.filled = 0;
  }
}
