/** What can go wrong with a template. */

/**
 * `syntax`: it cannot be read. `failed`: Python's Jinja fails there as well. `unsupported`: Jinja can, this interpreter cannot.
 * `limit`: it takes more than it may. `raised`: the template itself refuses the messages, by `raise_exception`.
 */
export type FaultKind = 'syntax' | 'failed' | 'unsupported' | 'limit' | 'raised';

/** Ends a reading or a rendering. The message has no full stop at its end. */
export class TemplateFault extends Error {
  readonly kind: FaultKind;
  /** Line of the template, from 1; filled in where the fault is caught, when it was thrown without. */
  line: number | undefined;

  constructor(kind: FaultKind, message: string, line?: number) {
    super(message);
    this.kind = kind;
    this.line = line;
  }
}

/** Python would raise an error here. */
export const failed = (message: string): TemplateFault => new TemplateFault('failed', message);

/** Python would go on here, with a result that is not made here. */
export const unsupported = (what: string): TemplateFault =>
  new TemplateFault('unsupported', `${what} is not supported`);
