/** Lets concurrent callers share one request for the same thing, and its failure. */
export class SharedRequests<Answer> {
  private readonly underWay = new Map<string, Promise<Answer>>();

  ask(name: string, request: () => Promise<Answer>): Promise<Answer> {
    const shared = this.underWay.get(name);
    if (shared) return shared;
    const asking = request().finally(() => this.underWay.delete(name));
    this.underWay.set(name, asking);
    return asking;
  }
}
