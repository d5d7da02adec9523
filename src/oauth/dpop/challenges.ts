/** A challenge of `WWW-Authenticate` (RFC 9110 section 11.6.1). Scheme and names of parameters are in lower case. */
type Challenge = { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> };

/** No server needs a longer header. The rest of a longer one is not read. */
const LONGEST_HEADER = 16 * 1024;

const [TAB, SPACE, QUOTE, COMMA, EQUALS, BACKSLASH] = [0x09, 0x20, 0x22, 0x2c, 0x3d, 0x5c];

/** The characters of a token (RFC 9110 section 5.6.2), by code. */
const TOKEN_CODES = new Set(
  Array.from("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", character =>
    character.charCodeAt(0),
  ),
);

/**
 * Reads the challenges of `WWW-Authenticate`: quoted or bare values, any order, several in one header or in several.
 * Malformed parts are skipped. Takes time in proportion to the length of the header.
 *
 * @param header as Node.js has it: a list if the response has several of these headers
 */
export function readChallenges(header: string | readonly string[] | null | undefined): Challenge[] {
  // Each header by itself: an unclosed quote in one of them spoils no other.
  const headers = typeof header === 'string' ? [header] : (header ?? []);
  return headers.flatMap(text => new HeaderReader(text).read());
}

/** Reads one header in a single pass. */
class HeaderReader {
  private at = 0;
  private readonly end: number;

  constructor(private readonly text: string) {
    this.end = Math.min(text.length, LONGEST_HEADER);
  }

  read(): Challenge[] {
    const found: { scheme: string; parameters: Map<string, string> }[] = [];
    let isAfterScheme = false;
    while (this.at < this.end) {
      if (this.skipSeparators()) isAfterScheme = false;
      const name = this.readToken();
      this.skipBlanks();
      if (name === '' || (this.code() !== EQUALS && isAfterScheme)) {
        this.skipElement(); // Junk, or credentials of another kind (token68).
      } else if (this.code() === EQUALS) {
        this.at++;
        const value = this.readValue();
        const parameters = found.at(-1)?.parameters;
        if (value === undefined) this.skipElement();
        else if (parameters && !parameters.has(name)) parameters.set(name, value);
        isAfterScheme = false;
      } else {
        found.push({ scheme: name, parameters: new Map() });
        isAfterScheme = true;
      }
    }
    return found;
  }

  /** The code of the next character, -1 at the end. */
  private code(): number {
    return this.at < this.end ? this.text.charCodeAt(this.at) : -1;
  }

  /** Returns whether there was a comma. */
  private skipSeparators(): boolean {
    let hasComma = false;
    for (let code = this.code(); code === COMMA || code === SPACE || code === TAB; code = this.code()) {
      hasComma ||= code === COMMA;
      this.at++;
    }
    return hasComma;
  }

  private skipBlanks(): void {
    for (let code = this.code(); code === SPACE || code === TAB; code = this.code()) this.at++;
  }

  /** Skips everything up to the next comma that is not quoted. */
  private skipElement(): void {
    for (let code = this.code(); code !== COMMA && code !== -1; code = this.code()) {
      if (code === QUOTE) this.readQuoted();
      else this.at++;
    }
  }

  /** Reads a token in lower case, empty if there is none. */
  private readToken(): string {
    return this.readBare().toLowerCase();
  }

  private readBare(): string {
    const start = this.at;
    while (TOKEN_CODES.has(this.code())) this.at++;
    return this.text.slice(start, this.at);
  }

  private readValue(): string | undefined {
    this.skipBlanks();
    if (this.code() === QUOTE) return this.readQuoted();
    const value = this.readBare();
    return value === '' ? undefined : value;
  }

  /** Reads a quoted string (RFC 9110 section 5.6.4). Returns `undefined` if its end is missing. */
  private readQuoted(): string | undefined {
    const parts: string[] = [];
    let start = ++this.at;
    for (let code = this.code(); code !== QUOTE; code = this.code()) {
      if (code === -1) return undefined;
      if (code === BACKSLASH) {
        parts.push(this.text.slice(start, this.at));
        start = ++this.at; // The character after the backslash stands for itself.
      }
      this.at++;
    }
    parts.push(this.text.slice(start, this.at));
    this.at++;
    return parts.join('');
  }
}
