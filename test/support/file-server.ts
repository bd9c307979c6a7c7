/** An HTTP server for one file, with the faults that real servers and networks have. Node only. */

import { createServer } from 'node:http';
import { listen } from './listen.ts';

export interface Faults {
  /** Answers 200 with everything, whatever range is asked for. */
  noRanges?: boolean;
  /** Each answer is cut after so many bytes of its body. */
  cutAfter?: number;
  /** How many answers are cut; default all. */
  cuts?: number;
  /** The first answers have these statuses. */
  statuses?: number[];
  /** Sends no Content-Length. */
  hideLength?: boolean;
  /** The version of the file; change it to change the file. */
  etag?: string;
  /** Sends the head of the answer and then nothing. */
  stall?: boolean;
}

export interface FileServer {
  readonly url: string;
  readonly faults: Faults;
  /** The Range headers seen, '' where there was none, in order; HEAD requests as 'HEAD'. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Serves `bytes` at every path of a local port. */
export async function serveFile(bytes: Uint8Array, faults: Faults = {}): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const range = request.headers.range ?? '';
    requests.push(request.method === 'HEAD' ? 'HEAD' : range);
    const status = faults.statuses?.shift();
    if (status !== undefined && status !== 200) {
      response.writeHead(status).end();
      return;
    }
    const match = /^bytes=(\d+)-(\d*)$/.exec(range);
    const partial = match !== null && !faults.noRanges;
    const from = partial ? Number(match[1]) : 0;
    const to = partial && match[2] ? Math.min(Number(match[2]) + 1, bytes.length) : bytes.length;
    response.writeHead(partial ? 206 : 200, {
      ...(!faults.hideLength && { 'Content-Length': to - from }),
      ...(partial && { 'Content-Range': `bytes ${from}-${to - 1}/${bytes.length}` }),
      ...(faults.etag && { ETag: faults.etag }),
    });
    if (request.method === 'HEAD') {
      response.end();
    } else if (faults.stall) {
      response.flushHeaders();
    } else if (faults.cutAfter !== undefined && to - from > faults.cutAfter && (faults.cuts ?? 1) > 0) {
      if (faults.cuts !== undefined) faults.cuts--;
      response.write(bytes.subarray(from, from + faults.cutAfter), () => setTimeout(() => response.destroy(), 5));
    } else {
      response.end(bytes.subarray(from, to));
    }
  });
  const address = await listen(server);
  return {
    url: `${address}/model.gguf`,
    faults,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
