import type { Page } from 'playwright';

/** Drops a file on the page, as the system would. */
export async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    (given) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([given.text], given.name));
      return transfer;
    },
    { name, text },
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.getByText('Drop a text').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}
