/** The browser and the system as a user-agent string names them: "Chrome 153", "Linux". */
export function runtimeWords(userAgent: string): { readonly runtime: string; readonly platform: string } {
  const version = (pattern: RegExp): string | undefined => pattern.exec(userAgent)?.[1];
  const found = BROWSERS.flatMap(([name, pattern]) => {
    const number = version(pattern);
    return number === undefined ? [] : [`${name} ${number}`];
  })[0];
  const platform = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return { runtime: found ?? 'unnamed browser', platform: platform ?? 'unnamed system' };
}

// Each of these also claims to be the ones below it.
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['Edge', /Edg(?:A|iOS)?\/(\d+)/],
  ['Firefox', /(?:Firefox|FxiOS)\/(\d+)/],
  ['Headless Chrome', /HeadlessChrome\/(\d+)/],
  ['Chrome', /(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /Version\/([\d.]+).*Safari\//],
];
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Macintosh/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
];
