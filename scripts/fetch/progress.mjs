// Progress for people: a bar that redraws itself on a terminal; elsewhere a line every 10 % of the download.

const STAGES = { download: 'downloading', unpack: 'unpacking', check: 'checking' };
const BAR = 24;
const REDRAW_MS = 100;

/**
 * @param {NodeJS.WriteStream} stream usually stderr
 * @returns {((progress: { stage: string, loadedBytes: number, totalBytes: number }) => void) & { end: () => void }}
 */
export function progressPrinter(stream, title) {
  let last = { stage: '', step: -1, time: 0 };
  let open = false;
  const print = ({ stage, loadedBytes, totalBytes }) => {
    const share = totalBytes > 0 ? Math.min(1, loadedBytes / totalBytes) : 0;
    const step = Math.floor(share * 10);
    const now = performance.now();
    const label = `${STAGES[stage] ?? stage} ${title}`;
    const amount = `${(100 * share).toFixed(0).padStart(3)} %  ${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB`;
    if (stream.isTTY) {
      if (stage === last.stage && share < 1 && now - last.time < REDRAW_MS) return;
      const filled = Math.round(share * BAR);
      stream.write(`\r\x1b[K${label} [${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${amount}`);
      open = true;
    } else if (stage === 'download' && (stage !== last.stage || step > last.step)) {
      stream.write(`${label} ${amount}\n`);
    } else {
      return;
    }
    last = { stage, step, time: now };
  };
  return Object.assign(print, {
    end: () => {
      if (open) stream.write('\r\x1b[K');
      open = false;
    },
  });
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
