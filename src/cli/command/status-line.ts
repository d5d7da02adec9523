import type { CommandTerminal } from './command-context.ts';

const REDRAW_MS = 1_000;
const CLEAR_LINE = '\r\x1b[K';

/** Shows the progress of a long command: in one changing line on a terminal, in a new line per change elsewhere. */
export class StatusLine {
  private timer: NodeJS.Timeout | undefined;
  private drawn = '';
  private status = '';

  constructor(private readonly output: CommandTerminal['output']) {}

  /** Prints a line that stays, above the status. */
  print(text: string): void {
    this.erase();
    this.output.write(`${text}\n`);
    this.draw();
  }

  /** Replaces the status. On a terminal it counts down to `until`. */
  setStatus(status: string, until?: Date): void {
    if (status !== this.status && !this.output.isTTY) this.output.write(`${status}\n`);
    this.status = status;
    if (!this.output.isTTY) return;
    clearInterval(this.timer);
    const redraw = (): void => {
      this.erase();
      this.drawn = until ? `${status} (${timeLeft(until)})` : status;
      this.draw();
    };
    redraw();
    if (until) this.timer = setInterval(redraw, REDRAW_MS);
  }

  /** Replaces the status by a question. The answer is typed behind it. */
  prompt(question: string): void {
    this.clear();
    this.output.write(this.output.isTTY ? question : `${question.trim()}\n`);
  }

  /** Removes the status. */
  clear(): void {
    clearInterval(this.timer);
    this.erase();
    this.drawn = '';
    this.status = '';
  }

  private draw(): void {
    if (this.drawn) this.output.write(this.drawn);
  }

  private erase(): void {
    if (this.drawn) this.output.write(CLEAR_LINE);
  }
}

function timeLeft(until: Date): string {
  const seconds = Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
}
