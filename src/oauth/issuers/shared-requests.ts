/** Lets those who ask for the same thing at the same time share one request, and its failure as well. */
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
