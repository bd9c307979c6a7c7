/** One side of a channel, whatever it is made of. */

/** A Worker, a MessagePort, or a Worker's own global scope. */
export interface MessageTarget {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
  /** MessagePorts deliver nothing before it. */
  start?(): void;
}

export interface Listeners {
  readonly onMessage: (data: unknown) => void;
  /** A message came that could not be read. */
  readonly onUnreadable: () => void;
  /** The other side closed the channel, or its thread ended; only ports tell, and not everywhere. */
  readonly onClose: () => void;
  /** The other side failed. */
  readonly onError: (event: Event) => void;
}

export interface Endpoint {
  /** @throws DataCloneError when the message is not plain data. */
  readonly send: (message: unknown) => void;
  /** Stops listening; the target itself stays as it is. */
  readonly close: () => void;
}

/** Listens to a target from now on. */
export function openEndpoint(target: MessageTarget, listeners: Listeners): Endpoint {
  const onMessage = (event: Event): void => listeners.onMessage(event instanceof MessageEvent ? event.data : undefined);
  target.addEventListener('message', onMessage);
  target.addEventListener('messageerror', listeners.onUnreadable);
  target.addEventListener('close', listeners.onClose);
  target.addEventListener('error', listeners.onError);
  target.start?.();
  return {
    // Workers and ports have no target origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    send: (message) => target.postMessage(message),
    close: () => {
      target.removeEventListener('message', onMessage);
      target.removeEventListener('messageerror', listeners.onUnreadable);
      target.removeEventListener('close', listeners.onClose);
      target.removeEventListener('error', listeners.onError);
    },
  };
}
