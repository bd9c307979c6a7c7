/**
 * What passes between a page and the Worker that runs the engine: plain data, one request id for each call.
 * A request is answered by one `result` or `error`; before that a load sends `alive` and `progress`, a generation `tokens`.
 */

import { UsageError, WinnowError, type SerializedError } from '../core/errors.ts';
import type { Engine, LoadProgress, Message, TextPart, TokenEvent } from '../core/api.ts';

/** Marks our messages, so that a Worker of the caller's may have others too. */
const MARK = 'winnow';

/** Ways to start a generation: of a conversation, or of a new one made for it. */
export type StreamMethod = 'send' | 'regenerate' | 'chat' | 'generate';

/** The call a request stands for; options and inputs are checked by the engine that receives them. */
export type Call =
  | { readonly kind: 'create'; readonly options: object }
  | { readonly kind: 'encode'; readonly text: string; readonly options: object }
  | { readonly kind: 'decode'; readonly ids: readonly number[]; readonly options: object }
  | { readonly kind: 'template'; readonly messages: readonly Message[]; readonly options: object }
  | { readonly kind: 'score'; readonly ids: readonly number[]; readonly options: object }
  | { readonly kind: 'embed'; readonly inputs: readonly (string | readonly number[])[]; readonly options: object }
  | { readonly kind: 'report' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'dispose' }
  | { readonly kind: 'open'; readonly conversation: number; readonly options: object }
  | { readonly kind: 'close'; readonly conversation: number }
  | { readonly kind: 'memory'; readonly conversation: number }
  | {
      readonly kind: 'stream';
      readonly method: StreamMethod;
      /** The conversation, or undefined for the engine's own short way. */
      readonly conversation: number | undefined;
      readonly input: string | readonly number[] | readonly Message[] | readonly TextPart[];
      readonly options: object;
    };

/** About a call that runs: end it, or: the consumer can take so many more tokens. */
export type Control = { readonly kind: 'abort' } | { readonly kind: 'more'; readonly count: number };

export type Request = { readonly mark: typeof MARK; readonly id: number } & (Call | Control);

export type Answer =
  | { readonly kind: 'result'; readonly value: unknown; readonly history?: readonly Message[] }
  | { readonly kind: 'error'; readonly error: SerializedError; readonly history?: readonly Message[] }
  | { readonly kind: 'progress'; readonly progress: LoadProgress }
  | { readonly kind: 'tokens'; readonly events: readonly TokenEvent[] }
  | { readonly kind: 'history'; readonly history: readonly Message[] }
  /** The Worker has begun; `lock` is the name of a Web Lock that it holds until its end. */
  | { readonly kind: 'alive'; readonly lock?: string | undefined };

export type Response = { readonly mark: typeof MARK; readonly id: number } & Answer;

/** What `create` answers. */
export type EngineFacts = Pick<Engine, 'model'>;

/** Tokens that may be on their way before the consumer has taken any. */
export const WINDOW = 64;

export const request = (id: number, body: Call | Control): Request => ({ mark: MARK, id, ...body });
export const response = (id: number, body: Answer): Response => ({ mark: MARK, id, ...body });

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isId = (value: unknown): value is number => Number.isSafeInteger(value);
const isList = (value: unknown): boolean => Array.isArray(value);
const isAnything = (): boolean => true;
const isOptional =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);
const isMethod = (value: unknown): boolean =>
  value === 'send' || value === 'regenerate' || value === 'chat' || value === 'generate';
const isEvent = (value: unknown): boolean => isObject(value) && isId(value['id']) && isText(value['text']);

// What a caller gave is not looked at here: the engine refuses it in the same words as without a Worker.
const REQUEST_SHAPES: Readonly<Record<(Call | Control)['kind'], Shape>> = {
  create: { options: isObject },
  encode: { text: isAnything, options: isAnything },
  decode: { ids: isAnything, options: isAnything },
  template: { messages: isAnything, options: isAnything },
  score: { ids: isAnything, options: isObject },
  embed: { inputs: isAnything, options: isObject },
  report: {},
  restore: {},
  dispose: {},
  open: { conversation: isId, options: isObject },
  close: { conversation: isId },
  memory: { conversation: isId },
  stream: {
    method: isMethod,
    conversation: isOptional(isId),
    input: isAnything,
    options: isObject,
  },
  abort: {},
  more: { count: isId },
};

const RESPONSE_SHAPES: Readonly<Record<Answer['kind'], Shape>> = {
  result: { value: isAnything, history: isOptional(isList) },
  error: {
    error: (value) => isObject(value) && isText(value['code']) && isText(value['happened']),
    history: isOptional(isList),
  },
  progress: { progress: isObject },
  tokens: { events: (value) => Array.isArray(value) && value.every(isEvent) },
  history: { history: isList },
  alive: { lock: isOptional(isText) },
};

const fits = (data: Record<string, unknown>, shapes: Readonly<Record<string, Shape>>): boolean => {
  const kind = data['kind'];
  const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  return shape !== undefined && Object.entries(shape).every(([field, check]) => check(data[field]));
};

/** A message that carries our mark but not the shape of any message; `id` is there when it can be answered. */
export interface Malformed {
  readonly malformed: true;
  readonly id: number | undefined;
}

function read<T>(data: unknown, hasShape: (data: object) => data is T & object): T | Malformed | undefined {
  if (!isObject(data) || data['mark'] !== MARK) return undefined;
  if (isId(data['id']) && hasShape(data)) return data;
  return { malformed: true, id: isId(data['id']) ? data['id'] : undefined };
}

const isRequest = (data: object): data is Request => isObject(data) && fits(data, REQUEST_SHAPES);
const isResponse = (data: object): data is Response => isObject(data) && fits(data, RESPONSE_SHAPES);

/** Reads a message for the Worker; undefined when it is none of ours. */
export const readRequest = (data: unknown): Request | Malformed | undefined => read(data, isRequest);
/** Reads a message from the Worker; undefined when it is none of ours. */
export const readResponse = (data: unknown): Response | Malformed | undefined => read(data, isResponse);

/** The Worker did not start, crashed, or sent what cannot be understood. */
export function workerFailed(happened: string, cause?: unknown): WinnowError {
  return new WinnowError({
    code: 'worker-failed',
    happened,
    expected: 'The Worker was expected to run until it is disposed.',
    todo: 'Create the engine again; if it happens at once, check that the Worker script can be loaded.',
    cause,
  });
}

/** The engine, or a conversation, was used after its `dispose()`. */
export const disposed = (what: string): UsageError =>
  new UsageError({
    code: 'usage-disposed',
    happened: `The ${what} was used after it was disposed.`,
    expected: `A ${what} in use was expected.`,
    todo: `Create a new ${what}.`,
  });
