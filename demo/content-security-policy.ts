import type { Plugin } from 'vite';

// Models may come from any https address the visitor names, or from a server on the visitor's own machine.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "worker-src 'self'",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the content security policy into the built pages; the development server needs inline scripts and goes without. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'winnow:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}
