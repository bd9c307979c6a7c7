// npm start: the pages with the model beside them. npm start -- [--port N] [--host [ADDRESS]] [--open]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, say } from './lib/project.mjs';
import { setup } from './setup.mjs';

try {
  const options = readOptions();
  await setup({ npm: true, model: true });
  const { createServer } = await import('vite');
  const server = await createServer({ configFile: join(root, 'demo', 'vite.config.ts'), server: options });
  await server.listen();
  server.printUrls();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '5173' },
      host: { type: 'string' },
      open: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port is "${values.port}"; it must be a number from 1 to 65535.`);
  return { port, open: values.open, ...(values.host !== undefined && { host: values.host }) };
}
