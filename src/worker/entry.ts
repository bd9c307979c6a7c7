/** The script of our own Worker: an engine, served to the page that started it. */

import { createEngine } from '../index.ts';
import { serveEngine } from './host.ts';

serveEngine(globalThis, createEngine);
