import type { JSX } from 'preact';
import { Icon } from './icons.tsx';
import { nextTheme, theme, THEMES } from './theme.ts';

/** For a wide bar: goes through the colour schemes. */
export function ThemeButton(): JSX.Element {
  return (
    <button type="button" class="tool icon-only" title={`Colours: ${theme.value}`} onClick={nextTheme}>
      <Icon name={theme.value} />
      <span class="visually-hidden">Colours: {theme.value}</span>
    </button>
  );
}

/** For the settings: the same choice as a list; on a phone it is the only one, because the bar is narrow. */
export function ThemeSelect(): JSX.Element {
  return (
    <select
      aria-label="Colours"
      value={theme.value}
      onChange={({ currentTarget }) => (theme.value = THEMES.find((each) => each === currentTarget.value) ?? 'system')}
    >
      {THEMES.map((each) => (
        <option key={each} value={each}>
          {each === 'system' ? 'as the device' : each}
        </option>
      ))}
    </select>
  );
}
