// Serves the pages of the sides, their packages and the weights, isolated so that WebAssembly may have threads.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * @param {Record<string, string>} mounts first part of a URL's path -> folder
 * @returns {Promise<{ origin: string, close(): Promise<void> }>}
 */
export async function serveFolders(mounts) {
  const server = createServer((request, response) => {
    const path = find(mounts, new URL(request.url ?? '/', 'http://localhost').pathname);
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cache-Control', 'no-store');
    if (!path) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.setHeader('Content-Length', statSync(path).size);
    if (request.method === 'HEAD') response.end();
    else createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function find(mounts, pathname) {
  let decoded;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const [, mount, ...rest] = decoded.split('/');
  const folder = Object.hasOwn(mounts, mount) ? mounts[mount] : undefined;
  if (folder === undefined || rest.includes('..') || rest.some((part) => part.includes(sep) || part.includes('\0')))
    return undefined;
  const path = join(folder, ...rest);
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined;
}
