/**
 * The errors of the public API. Each says in three sentences what happened, what was expected and what to do,
 * and carries a stable `code` that programs may compare; codes never change their meaning.
 */

/** Every stable error code, by the class that carries it. */
export type ErrorCode =
  // ModelFileError
  | 'gguf-not-gguf'
  | 'gguf-version'
  | 'gguf-truncated'
  | 'gguf-corrupt'
  | 'gguf-tensor-type'
  | 'gguf-tensor-range'
  | 'gguf-missing-key'
  | 'gguf-missing-tensor'
  | 'model-architecture'
  | 'model-config'
  | 'model-tokenizer'
  | 'model-template'
  | 'model-checksum'
  | 'model-not-found'
  // CapabilityError
  | 'no-webgpu'
  | 'no-adapter'
  | 'adapter-limits'
  | 'shader-compile'
  | 'command-refused'
  | 'kernel-wrong'
  // MemoryError
  | 'out-of-memory'
  | 'context-overflow'
  // NumberError
  | 'logits-not-numbers'
  | 'cache-out-of-range'
  // DeviceLostError
  | 'device-lost'
  // AbortedError
  | 'aborted'
  // StorageError
  | 'storage-full'
  | 'storage-unavailable'
  | 'storage-read'
  | 'network'
  // UsageError
  | 'usage-option'
  | 'usage-ids'
  | 'usage-empty'
  | 'usage-messages'
  | 'usage-encoder'
  | 'usage-disposed'
  | 'usage-busy'
  | 'internal'
  | 'worker-failed';

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** What happened. One sentence. */
  readonly happened: string;
  /** What was expected instead. One sentence. */
  readonly expected: string;
  /** What the caller or user can do now. One sentence. */
  readonly todo: string;
  readonly cause?: unknown;
}

/** The base of every error this library throws on purpose. */
export class WinnowError extends Error {
  readonly code: ErrorCode;
  readonly happened: string;
  readonly expected: string;
  readonly todo: string;

  constructor(details: ErrorDetails) {
    super(
      `${details.happened} ${details.expected} ${details.todo} [${details.code}]`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = new.target.name;
    this.code = details.code;
    this.happened = details.happened;
    this.expected = details.expected;
    this.todo = details.todo;
  }
}

/** The model file is foreign, damaged, or describes something this version cannot run. */
export class ModelFileError extends WinnowError {}
/** The browser, adapter or device lacks something that is needed. */
export class CapabilityError extends WinnowError {}
/** The model, the context or a buffer does not fit. */
export class MemoryError extends WinnowError {}
/** The numbers that a model computed are none, or beyond what can be stored: no text would mean anything. */
export class NumberError extends WinnowError {}
/** The GPU device went away; `engine.restore()` brings it back. */
export class DeviceLostError extends WinnowError {}
/** An AbortSignal, `break` or `dispose()` ended the work. */
export class AbortedError extends WinnowError {}
/** Reading, writing or fetching bytes failed. */
export class StorageError extends WinnowError {}
/** The caller passed something that cannot be honoured. */
export class UsageError extends WinnowError {}

const CLASSES = {
  ModelFileError,
  CapabilityError,
  MemoryError,
  NumberError,
  DeviceLostError,
  AbortedError,
  StorageError,
  UsageError,
};

/** An error as plain data, for crossing to or from a Worker. */
export interface SerializedError extends ErrorDetails {
  readonly name: string;
}

/** Turns any thrown value into data that survives structured cloning. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof WinnowError) {
    const { name, code, happened, expected, todo } = error;
    return { name, code, happened, expected, todo };
  }
  return {
    name: 'WinnowError',
    code: 'internal',
    happened: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    expected: 'No such error was foreseen.',
    todo: 'Please report it with the steps that led to it.',
  };
}

/** Rebuilds the error class from its data. */
export function deserializeError(data: SerializedError): WinnowError {
  const Class = (CLASSES as Record<string, typeof WinnowError>)[data.name] ?? WinnowError;
  return new Class(data);
}

/** Throws an AbortedError when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason);
}

export function abortedError(cause?: unknown): AbortedError {
  return new AbortedError({
    code: 'aborted',
    happened: 'The work was aborted.',
    expected: 'It would have run to its end.',
    todo: 'Start it again when it is wanted.',
    cause,
  });
}

/** A generation's tokens go to one reader. */
export const secondReader = (): UsageError =>
  new UsageError({
    code: 'usage-busy',
    happened: 'The generation already has a reader.',
    expected: 'One loop over a generation: each token is handed out once.',
    todo: 'Read it once and pass the tokens on, or use `result`.',
  });
