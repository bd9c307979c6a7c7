import type { JSX } from 'preact';

const PAGES = [
  { name: 'Chat', address: './' },
  { name: 'Lab', address: './lab.html' },
  { name: 'Bench', address: './bench.html' },
] as const;

export type PageName = (typeof PAGES)[number]['name'];

/** The pages of this site; the one that is open is marked. */
export function PageLinks({ here }: { here: PageName }): JSX.Element {
  return (
    <nav class="page-links" aria-label="Pages">
      {PAGES.map(({ name, address }) => (
        <a key={name} href={address} {...(name === here && { 'aria-current': 'page' as const })}>
          {name}
        </a>
      ))}
    </nav>
  );
}
