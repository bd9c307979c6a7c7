// Takes one member out of a zip archive (a Python wheel is one); no zip64, no encryption.
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_BYTES = 22 + 0xffff; // End record and the longest comment behind it.

/**
 * Unpacks the member whose file name (its folder does not count) is `name` into `target`.
 * @throws {Error} when the archive is broken or lacks the member, or the member is longer than `maxBytes`
 */
export async function unzipMember(archive, name, target, maxBytes, onProgress) {
  const file = await open(archive);
  let start, length, method;
  try {
    const { size } = await file.stat();
    const read = async (at, count) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, at);
      if (bytesRead < count) throw new Error('the archive is cut short');
      return buffer;
    };
    const tail = await read(Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
    const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    if (end < 0 || end + 22 > tail.length) throw new Error('the archive has no directory');
    const directory = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const entry = findEntry(directory, name);
    const head = await read(entry.at, 30);
    if (head.readUInt32LE(0) !== 0x04034b50) throw new Error('the archive is damaged');
    start = entry.at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
    ({ length, method } = entry);
  } finally {
    await file.close();
  }
  let loaded = 0;
  await pipeline(
    createReadStream(archive, { start, end: start + length - 1 }),
    method === 8 ? createInflateRaw() : new PassThrough(),
    async function* (chunks) {
      for await (const chunk of chunks) {
        if ((loaded += chunk.length) > maxBytes)
          throw new Error(`${name} in the archive is longer than ${maxBytes} bytes`);
        onProgress?.(loaded);
        yield chunk;
      }
    },
    createWriteStream(target),
  );
}

function findEntry(directory, name) {
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50;) {
    const nameLength = directory.readUInt16LE(at + 28);
    const path = directory.toString('utf8', at + 46, at + 46 + nameLength);
    if (path.split('/').at(-1) === name) {
      const method = directory.readUInt16LE(at + 10);
      if (method !== 0 && method !== 8) throw new Error(`${name} is packed by the unknown method ${method}`);
      const length = directory.readUInt32LE(at + 20);
      if (length === 0 || length === 0xffffffff) throw new Error(`${name} has an unusable length in the archive`);
      return { method, length, at: directory.readUInt32LE(at + 42) };
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`the archive does not contain ${name}`);
}
