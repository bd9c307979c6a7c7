/** Every mask, one line each: a line here makes it public and puts it into the registry. */

export { aShape } from './a-shape.ts';
export { slidingWindow } from './sliding-window.ts';
