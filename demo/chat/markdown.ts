import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

/**
 * Markdown of a model's answer as safe HTML, one string per top-level block: while an answer streams, only its last
 * blocks change, so the others keep their DOM (and the visitor's selection).
 * Raw HTML is shown as text, images are not loaded (they would tell a third party what is being read).
 */
export function renderBlocks(text: string): readonly string[] {
  const env = {};
  const tokens = markdown.parse(text, env);
  const blocks: string[] = [];
  let start = 0;
  let depth = 0;
  tokens.forEach((token, index) => {
    depth += token.nesting;
    if (depth > 0) return;
    blocks.push(sanitize(markdown.renderer.render(tokens.slice(start, index + 1), markdown.options, env)));
    start = index + 1;
  });
  return blocks;
}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
const { rules } = markdown.renderer;

rules['link_open'] = (tokens, index, options, _env, self): string => {
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow');
  tokens[index]?.attrSet('target', '_blank');
  return self.renderToken(tokens, index, options);
};

const codeBlock = (code: string, language: string): string =>
  `<div class="code"><div class="code-head"><span>${escape(language || 'code')}</span>` +
  `<button type="button" class="copy-code">Copy code</button></div>` +
  `<pre tabindex="0"><code>${escape(code)}</code></pre></div>`;
rules['fence'] = (tokens, index): string =>
  codeBlock(tokens[index]?.content ?? '', tokens[index]?.info.trim().split(/\s/, 1)[0] ?? '');
rules['code_block'] = (tokens, index): string => codeBlock(tokens[index]?.content ?? '', '');

rules['table_open'] = (): string => '<div class="table" role="group" aria-label="Table" tabindex="0"><table>';
rules['table_close'] = (): string => '</table></div>';
for (const cell of ['th_open', 'td_open']) {
  rules[cell] = (tokens, index, options, _env, self): string => {
    const token = tokens[index];
    const align = /right|center/.exec(String(token?.attrGet('style') ?? ''))?.[0];
    if (token) token.attrs = align ? [['class', align]] : null; // the content policy allows no style attributes
    return self.renderToken(tokens, index, options);
  };
}

const escape = (text: string): string => markdown.utils.escapeHtml(text);

const sanitized = new Map<string, string>();

/** Second line of defence after `html: false`; remembers recent blocks, because a stream asks for the same ones again. */
function sanitize(html: string): string {
  const known = sanitized.get(html);
  if (known !== undefined) return known;
  if (sanitized.size > 512) sanitized.clear();
  const safe = DOMPurify.sanitize(html, {
    ALLOWED_TAGS:
      'p br hr h1 h2 h3 h4 h5 h6 em strong s code pre blockquote ul ol li a table thead tbody tr th td div span button'.split(
        ' ',
      ),
    ALLOWED_ATTR: ['href', 'title', 'rel', 'target', 'class', 'start', 'type', 'tabindex', 'role', 'aria-label'],
  });
  sanitized.set(html, safe);
  return safe;
}
