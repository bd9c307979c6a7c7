import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Connect, Plugin } from 'vite';

/**
 * Serves the model files of `folder` under `/models/` in the development and preview servers, with byte ranges,
 * so that the pages work without a network once the files are there.
 */
export function serveModels(folder: string): Plugin {
  const use = (server: { middlewares: Connect.Server }): void => {
    server.middlewares.use('/models', (request, response) => serveModelFile(folder, request, response));
  };
  return { name: 'winnow:serve-models', configureServer: use, configurePreviewServer: use };
}

/** Answers one request for `/NAME.gguf` in `folder`: GET and HEAD, whole or one byte range; anything else is 404. */
export function serveModelFile(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const method = request.method ?? 'GET';
  const size = method === 'GET' || method === 'HEAD' ? fileSize(folder, request.url) : undefined;
  const name = fileName(request.url);
  if (size === undefined || name === undefined) return void response.writeHead(404).end();

  const headers = {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store', // the page keeps the file itself; a second copy in the HTTP cache helps nobody
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  const range = byteRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    return void response.writeHead(416, { ...headers, 'Content-Range': `bytes */${size}` }).end();
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Length': end - start + 1,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  if (method === 'HEAD') return void response.end();
  const stream = createReadStream(join(folder, name), { start, end });
  stream.on('error', () => response.destroy());
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

/** The plain file name of a request below /models/, or undefined: no folders, nothing hidden, only model files. */
function fileName(url: string | undefined): string | undefined {
  const path = (url ?? '').split('?', 1)[0] ?? '';
  return /^\/([\w-][\w.-]*\.gguf)$/.exec(path)?.[1];
}

function fileSize(folder: string, url: string | undefined): number | undefined {
  const name = fileName(url);
  const entry = name === undefined ? undefined : statSync(join(folder, name), { throwIfNoEntry: false });
  return entry?.isFile() ? entry.size : undefined;
}

/** Reads one `bytes=` range (RFC 9110 §14); a header of another form is ignored, as the RFC asks. */
export function byteRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start >= size || (suffix && match[2] === '0')) return 'unsatisfiable';
  return end < start ? undefined : { start, end };
}
