/** The parameters of a statement that is put together from parts. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** @returns the placeholder of the value, such as `$1` */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
