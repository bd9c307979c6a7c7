const decimals = [0, 1, 2].map(
  (digits) => new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
const fixed = (value: number, digits: 0 | 1 | 2): string => (decimals[digits] as Intl.NumberFormat).format(value);

/** A whole number with thousands separators: 3204 is "3,204". */
export const formatCount = (value: number): string => fixed(value, 0);

/** Bytes in decimal units: 98362432 is "98.4 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${fixed(bytes, 0)} B`;
  if (bytes < 1e6) return `${fixed(bytes / 1e3, 0)} kB`;
  if (bytes < 1e9) return `${fixed(bytes / 1e6, 1)} MB`;
  return `${fixed(bytes / 1e9, 2)} GB`;
}

/** A duration given in milliseconds: "180 ms", "2.3 s", "1 min 20 s". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1e3) return `${fixed(milliseconds, 0)} ms`;
  if (milliseconds < 60e3) return `${fixed(milliseconds / 1e3, 1)} s`;
  const seconds = Math.round(milliseconds / 1e3);
  return `${fixed(Math.floor(seconds / 60), 0)} min ${seconds % 60} s`;
}

/** Time left, rounded so that it does not flicker: "under 1 s left", "12 s left", "3 min left". */
export function formatTimeLeft(milliseconds: number): string {
  if (milliseconds < 1e3) return 'under 1 s left';
  if (milliseconds < 90e3) return `${fixed(Math.round(milliseconds / 1e3), 0)} s left`;
  return `${fixed(Math.round(milliseconds / 60e3), 0)} min left`;
}

/** Decode speed: "62.1 tok/s". */
export const formatSpeed = (tokensPerSecond: number): string => `${fixed(tokensPerSecond, 1)} tok/s`;

/** "1 token", "12 tokens". */
export const formatTokens = (count: number): string => `${formatCount(count)} ${count === 1 ? 'token' : 'tokens'}`;
