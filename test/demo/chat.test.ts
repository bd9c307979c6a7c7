/** What the chat page does, with a scripted engine behind it: everything here is the page's own work. */

import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visitor } from './support/browser.ts';
import { serveSite, type Site } from './support/site.ts';

let site: Site;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([serveSite({ scripted: true }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

const QUICK = '?model=https://models.test/quick.gguf';
const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const lastAnswer = (page: Page) => page.getByRole('article', { name: 'Answer' }).last();
const announced = (page: Page) => page.getByRole('status').textContent();

/** A new visitor for whom the model is ready. */
async function ready(query = QUICK, size: 'phone' | 'desktop' = 'desktop'): Promise<Page> {
  const { page } = await visitor(browser, size);
  await page.goto(`${site.url}${query}`);
  await page.getByRole('button', { name: /^Download and start/ }).click();
  await page.getByText('is ready').waitFor();
  return page;
}
async function ask(page: Page, text: string): Promise<void> {
  await message(page).fill(text);
  await message(page).press('Enter');
}
async function answered(page: Page, text: string): Promise<string> {
  const answers = page.getByRole('article', { name: 'Answer' });
  // An earlier answer has its button already.
  const before = await answers.count();
  await ask(page, text);
  await answers.nth(before).getByRole('button', { name: 'Regenerate' }).waitFor();
  return (await lastAnswer(page).textContent()) ?? '';
}

describe('before the model is ready', () => {
  test('Enter lets the message wait, and it is sent when the model is ready', async () => {
    const { page } = await visitor(browser, 'desktop');
    await page.goto(`${site.url}${QUICK}`);
    await ask(page, 'hello there');
    await page.getByText('Sent as soon as the model is ready').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('sending waits for the model').waitFor();
    await message(page).press('Enter');
    await page.getByRole('button', { name: /^Download and start/ }).click();
    await lastAnswer(page).getByText('You said: hello there').waitFor();
    expect(await message(page).inputValue()).toBe('');
    await page.context().close();
  });

  test('a message does not wait behind a load that failed', async () => {
    const { page } = await visitor(browser, 'desktop');
    await page.goto(`${site.url}?model=https://models.test/broken.gguf`);
    await ask(page, 'hello there');
    await page.getByRole('button', { name: /^Download and start/ }).click();
    await page.getByText('begins with “<!do”').waitFor();
    expect(await page.getByText('Sent as soon as').count()).toBe(0);
    expect(await message(page).inputValue()).toBe('hello there');
    await page.context().close();
  });
});

test.each(['', 'bench.html', 'lab.html'])('an address with broken escapes is shown as it stands: /%s', async (path) => {
  const { page, errors } = await visitor(browser, 'desktop');
  await page.goto(`${site.url}${path}?model=https://host.invalid/%25E0%25A4%25A`);
  await page.getByText('%E0%A4%A').first().waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('nothing of the status line is cut without a mark', async () => {
  const page = await ready(QUICK, 'phone');
  for (const width of [390, 360, 320]) {
    await page.setViewportSize({ width, height: 640 });
    const line = page.getByLabel('GPU and memory');
    const cut = await line.evaluate((element) => ({
      overflows: element.scrollWidth - element.clientWidth,
      unmarked: [...element.children].filter(
        (part) => part.scrollWidth > part.clientWidth && getComputedStyle(part).textOverflow !== 'ellipsis',
      ).length,
    }));
    expect(cut).toEqual({ overflows: 0, unmarked: 0 });
  }
  await page.context().close();
});

describe('asking and answering', () => {
  test('an answer has its figures, and is announced once and whole', async () => {
    const page = await ready();
    const spoken: string[] = [];
    await page.exposeFunction('noteSpoken', (text: string) => spoken.push(text));
    await page.evaluate(() => {
      const region = document.querySelector('[role=status]') as Element;
      const world = window as unknown as { noteSpoken(text: string): void };
      new MutationObserver(() => world.noteSpoken(region.textContent ?? '')).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    const text = await answered(page, 'hello out there');
    expect(text).toContain('You said: hello out there');
    for (const figure of ['62.1 tok/s', 'first token 180 ms', '5 tokens', 'prompt 31, 12 from cache', 'seed 7']) {
      expect(text).toContain(figure);
    }
    expect(spoken).toEqual(['Answer: You said: hello out there']);
    await answered(page, 'show markdown'); // long enough to be shown in many steps
    expect(spoken).toHaveLength(2);
    expect(spoken[1]).toMatch(/^Answer: ## Three ways.*Done\.$/s);
    expect(await message(page).inputValue()).toBe('');
    await page.context().close();
  });

  test('stop ends the answer at once and keeps what it says; so does Escape', async () => {
    const page = await ready();
    for (const stop of [
      () => page.getByRole('button', { name: 'Stop' }).click(),
      () => page.keyboard.press('Escape'),
    ]) {
      await ask(page, 'count slowly');
      await lastAnswer(page)
        .getByText(/^[2-9] tokens$/)
        .waitFor();
      await stop();
      expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Regenerate' }).waitFor();
      const text = await lastAnswer(page).textContent();
      expect(text).toMatch(/^word .*stopped/s);
      await expect.poll(() => announced(page)).toMatch(/^Answer stopped: word/);
    }
    await page.context().close();
  });

  test('the next question waits for nothing after a stop', async () => {
    const page = await ready();
    await ask(page, 'count slowly');
    await lastAnswer(page)
      .getByText(/^[2-9] tokens$/)
      .waitFor();
    await page.keyboard.press('Escape');
    expect(await answered(page, 'and now?')).toContain('You said: and now?');
    await page.context().close();
  });

  test('Shift+Enter makes a line, an empty message is not sent, and the box grows', async () => {
    const page = await ready();
    const low = (await message(page).boundingBox())?.height ?? 0;
    await message(page).press('Enter');
    expect(await page.getByRole('article').count()).toBe(0);
    await message(page).pressSequentially('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('three');
    expect(await message(page).inputValue()).toBe('one\ntwo\nthree');
    expect((await message(page).boundingBox())?.height).toBeGreaterThan(low + 20);
    await page.context().close();
  });

  test('turns go on in the conversation; changed history and a system prompt replace it', async () => {
    const page = await ready();
    expect(await answered(page, 'describe the call')).toContain('send user: describe the call');
    expect(await answered(page, 'describe the call again')).toMatch(
      /send user: describe the call \| assistant: .* \| user: describe the call again/,
    );
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('textbox', { name: 'System prompt' }).fill('Be brief.');
    expect(await answered(page, 'describe the call now')).toMatch(
      /chat system: Be brief\. \| user: describe the call \|/,
    );
    expect(await answered(page, 'describe the call last')).toMatch(/send system: Be brief\. \|/);
    await page.context().close();
  });

  test('regenerate answers the same question again with another seed', async () => {
    const page = await ready();
    await answered(page, 'describe the call');
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await expect
      .poll(() => lastAnswer(page).textContent())
      .toMatch(/regenerate user: describe the call \{.*"seed":\d+/);
    expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1);
    await page.context().close();
  });

  test('sampling settings reach the engine, from the address and from the panel', async () => {
    const page = await ready(`${QUICK}&temperature=0.3&top-k=5&seed=11`);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Most new tokens').fill('4');
    await page.getByLabel('Min-p').fill('0.1');
    await page.keyboard.press('Tab');
    expect(new URL(page.url()).search).toBe(
      `${QUICK.replace(':', '%3A').replaceAll('/', '%2F')}&temperature=0.3&top-k=5&min-p=0.1&seed=11&max-tokens=4`,
    );
    expect(await answered(page, 'one two three four five')).toContain('ended at the token limit');
    await page.getByLabel('Most new tokens').fill('');
    const text = await answered(page, 'describe the call');
    expect(text).toContain(
      '{"temperature":0.3,"topP":0.95,"topK":5,"minP":0.1,"repetitionPenalty":1,"presencePenalty":0,"frequencyPenalty":0,"seed":11}',
    );
    await page.context().close();
  });

  test('a new chat is empty; a reload keeps the conversation and what is typed', async () => {
    const page = await ready();
    await answered(page, 'remember me');
    await message(page).fill('half a thou');
    await page.reload();
    await page.getByText('You said: remember me').waitFor();
    expect(await message(page).inputValue()).toBe('half a thou');
    // Enter does nothing before the model is there again.
    await page.locator('button[type=submit].primary:enabled').waitFor();
    expect(await answered(page, 'describe the call')).toContain(
      'chat user: remember me | assistant: You said: remember me |',
    );
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByText('is ready').waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
    await page.context().close();
  });

  test('a file without a chat template continues plain text, and the page says so', async () => {
    const page = await ready('?model=https://models.test/plain.gguf');
    await page.getByText('no chat template').waitFor();
    expect(await answered(page, 'describe the call')).toContain('generate user: describe the call');
    await page.context().close();
  });
});

describe('what an answer may contain', () => {
  test('Markdown is rendered; raw HTML, pictures and script links are not', async () => {
    const page = await ready();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await answered(page, 'show markdown');
    const answer = lastAnswer(page);
    expect(await answer.getByRole('heading', { name: 'Three ways to reverse' }).count()).toBe(1);
    expect(await answer.getByRole('listitem').count()).toBe(3);
    expect(await answer.getByRole('cell', { name: '1.2' }).getAttribute('class')).toBe('right');
    expect(await answer.getByRole('cell', { name: '1.2' }).evaluate((cell) => getComputedStyle(cell).textAlign)).toBe(
      'end',
    );
    const link = answer.getByRole('link', { name: 'link' });
    expect([await link.getAttribute('rel'), await link.getAttribute('target')]).toEqual([
      'noopener noreferrer nofollow',
      '_blank',
    ]);
    expect(await answer.locator('img, script, [onerror], a[href^="javascript"]').count()).toBe(0);
    expect(await page.title()).not.toContain('broken in');
    expect(requests).toEqual([]);
    await page.context().close();
  });

  test('code blocks and answers can be copied', async () => {
    const page = await ready();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await answered(page, 'show markdown');
    const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await clipboard()).toMatch(/^def reverse_words.*sentence\.split\(\)\)\)\n$/s);
    await page.getByRole('button', { name: 'Copy answer' }).click();
    await expect.poll(clipboard).toMatch(/^## Three ways/);
    await page.context().close();
  });
});

describe('bad luck', () => {
  test('a failed answer keeps the question: try again, or change it', async () => {
    const page = await ready();
    await ask(page, 'make it overflow');
    await page.getByText('context holds 2,048').waitFor();
    await page.getByRole('button', { name: 'Change the question' }).click();
    expect(await message(page).inputValue()).toBe('make it overflow');
    expect(await page.getByRole('article').count()).toBe(0);
    expect(await answered(page, 'describe the call')).not.toContain('overflow |');
    await page.context().close();
  });

  test('a lost device is restored and the question answered', async () => {
    const page = await ready('?model=https://models.test/lost.gguf');
    await ask(page, 'a question of five words');
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
    expect(await lastAnswer(page).textContent()).toContain('You said: a question of five words');
    await page.context().close();
  });

  test('a model that cannot be loaded says why, and another can be chosen; what is typed stays', async () => {
    const { page } = await visitor(browser);
    await page.goto(`${site.url}?model=https://models.test/broken.gguf`);
    await message(page).fill('already typed');
    await page.getByRole('button', { name: /^Download/ }).click();
    await page.getByText('not with “GGUF”').waitFor();
    await page.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByLabel('Address of a .gguf file').fill('not an address');
    await page.getByRole('button', { name: 'Load address' }).click();
    await page.getByText('This is not an http(s) address.').waitFor();
    await page.getByLabel('Address of a .gguf file').fill('https://models.test/quick.gguf');
    await page.keyboard.press('Enter');
    await page.getByText('quick.gguf is ready').waitFor();
    expect(new URL(page.url()).searchParams.get('model')).toBe('https://models.test/quick.gguf');
    expect(await message(page).inputValue()).toBe('already typed');
    await page.context().close();
  });

  test('a cancelled download tells what has arrived, after a reload as well', async () => {
    const { page } = await visitor(browser);
    await page.goto(`${site.url}?model=https://models.test/slow.gguf`);
    await page.getByRole('button', { name: /^Download/ }).click();
    await page.getByText('41.0 MB of 98.4 MB').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('41.0 MB have arrived and are kept').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Go on with the download' }).waitFor();
    await page.context().close();
  });

  test('what is kept starts at once on the next visit, and can be deleted', async () => {
    const page = await ready();
    await page.reload();
    await page.getByText('is ready').waitFor();
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.getByRole('button', { name: 'Delete quick.gguf from this browser' }).click();
    await expect.poll(() => page.getByText('Kept in this browser').count()).toBe(0);
    await page.reload();
    await page.getByRole('button', { name: /^Download/ }).waitFor();
    await page.context().close();
  });
});

describe('local files', () => {
  test('the file picker and drag and drop take a .gguf file, and nothing else', async () => {
    const { page } = await visitor(browser);
    await page.goto(site.url);
    const drop = (names: readonly string[]): Promise<void> =>
      page.evaluate((files) => {
        const dataTransfer = new DataTransfer();
        for (const name of files) dataTransfer.items.add(new File(['GGUF'], name));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      }, names);
    await page.getByRole('button', { name: /^Download/ }).waitFor();
    await drop(['notes.txt']);
    await page.getByText('“notes.txt” was dropped').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await drop(['mine.gguf']);
    await page.getByText('mine.gguf is ready').waitFor();
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page
      .getByLabel('Choose a .gguf file')
      .setInputFiles({ name: 'other.gguf', mimeType: '', buffer: Buffer.from('GGUF') });
    await page.getByText('other.gguf is ready').waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.context().close();
  });
});

describe('settings of the engine', () => {
  test('they load the model again and keep the conversation', async () => {
    const page = await ready();
    await answered(page, 'stay with me');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Context').fill('512');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Load the model again' }).click();
    await page.getByText('43 of 512 in use').waitFor();
    expect(await page.getByRole('button', { name: 'Load the model again' }).count()).toBe(0);
    expect(await lastAnswer(page).textContent()).toContain('You said: stay with me');
    expect(new URL(page.url()).searchParams.get('context')).toBe('512');
    await page.context().close();
  });

  test('the colours are remembered', async () => {
    const { page } = await visitor(browser, 'desktop', 'light');
    await page.goto(site.url);
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole('button', { name: 'Colours: system' }).click();
    await page.getByRole('button', { name: 'Colours: light' }).click();
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
    expect(await ground()).toBe(dark);
    await page.context().close();
  });
});

describe('the keyboard', () => {
  test('focus goes through the page in reading order, and each stop has a name', async () => {
    const page = await ready();
    await answered(page, 'hello');
    await page.getByRole('link', { name: 'Skip to the message box' }).focus();
    const names: string[] = [];
    for (let step = 0; step < 14; step++) {
      if (step > 0) await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const label = element instanceof HTMLTextAreaElement ? element.labels[0]?.textContent : undefined;
          return (element.getAttribute('aria-label') ?? label ?? element.textContent).trim();
        }),
      );
    }
    expect(names).toEqual([
      'Skip to the message box',
      'Model: quick.gguf',
      'Chat',
      'Lab',
      'Bench',
      'New chat',
      'Memory',
      'Settings',
      'Colours: system',
      'Conversation',
      'Copy answer',
      'Regenerate',
      'Compare',
      'Message',
    ]);
    await page.context().close();
  });

  test('the skip link leads to the message box; focus is visible', async () => {
    const page = await ready();
    await page.getByRole('link', { name: 'Skip to the message box' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('typed at once');
    expect(await message(page).inputValue()).toBe('typed at once');
    const outline = await message(page).evaluate((box) => getComputedStyle(box).outlineWidth);
    expect(outline).toBe('2px');
    await page.context().close();
  });

  test('Escape closes a dialog and gives focus back; it does not stop the answer behind it', async () => {
    const page = await ready();
    await ask(page, 'count slowly');
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.getByRole('dialog', { name: 'Choose a model' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('model-button');
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(1);
    await page.context().close();
  });

  test('focus never falls off the page while the model loads', async () => {
    const { page } = await visitor(browser);
    await page.goto(`${site.url}${QUICK}`);
    await page.getByRole('button', { name: /^Download/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('is ready').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('message');
    await page.context().close();
  });
});
