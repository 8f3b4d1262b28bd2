// The page, by the roles and names that people meet. Selectors that are not roles are only here.

import { expect, type Locator, type Page } from '@playwright/test';

export type Tab = 'Logs' | 'Stats' | 'Patterns' | 'Groups' | 'Details';

export class Dashboard {
  constructor(
    readonly page: Page,
    readonly url: string,
  ) {}

  /** Opens an address of the page, for instance `/c/web/logs`. */
  async open(path = '/'): Promise<void> {
    await this.page.goto(this.url + path);
  }

  get containers(): Locator {
    return this.page.getByRole('listbox', { name: 'Containers' });
  }

  /** The list's entry of a container. */
  container(name: string): Locator {
    return this.containers.getByRole('option', { name, exact: true });
  }

  tab(name: Tab): Locator {
    return this.page.getByRole('tab', { name, exact: true });
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  get filter(): Locator {
    return this.page.getByRole('combobox', { name: 'Filter', exact: true });
  }

  /** The count of a severity above the log, which also switches it. */
  severity(word: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${word}\\b`, 'i') });
  }

  /** The mined templates. */
  get patterns(): Locator {
    return this.page.getByRole('table', { name: 'Patterns' }).getByRole('row');
  }

  /** The groups of the Groups tab, each with its name first. */
  group(name: string): Locator {
    const named = this.page.getByRole('rowheader', { name, exact: true });
    return this.page.getByRole('table', { name: 'Groups' }).getByRole('row').filter({ has: named });
  }

  /** The newest value of a series on the Stats tab. */
  reading(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** The rows of the log that are in the document: those in view and a few around them. */
  get rows(): Locator {
    return this.log.locator('.log-row:visible');
  }

  /** Chooses a container and a tab as a person does. */
  async choose(name: string, tab: Tab = 'Logs'): Promise<void> {
    await this.container(name).click();
    await this.tab(tab).click();
  }

  /** Waits until the page shows live data, not only what the server rendered. */
  async live(): Promise<void> {
    await expect(this.page.getByRole('banner').getByRole('status')).toHaveText('live');
  }

  /** Waits until the page is connected, and says that no engine answers. */
  async waiting(): Promise<void> {
    await expect(this.page.getByRole('banner').getByRole('status')).toHaveText('waiting');
  }

  /** What the log says between its lines: that some are missing, that a container ended. */
  get notes(): Locator {
    return this.log.locator('.log-row.note:visible');
  }

  /** The texts of the rows that show, from top to bottom. Rows out of use stay in the document. */
  async visibleLines(): Promise<string[]> {
    return (await this.numberedLines()).map(([, text]) => text);
  }

  /**
   * Every line the log holds, read as a person would: from the top, scrolling down. No lines should
   * come at its end any more; older ones may, which a look at the top asks for.
   */
  async allLines(): Promise<string[]> {
    const lines = new Map<number, string>();
    await this.log.evaluate((log) => log.scrollTo({ top: 0 }));
    for (;;) {
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      for (const [row, text] of await this.numberedLines()) lines.set(row, text);
      const atEnd = await this.log.evaluate((log) => {
        const before = log.scrollTop;
        log.scrollBy({ top: log.clientHeight / 2 });
        return log.scrollTop === before;
      });
      if (atEnd) break;
    }
    return [...lines].sort(([a], [b]) => b - a).map(([, text]) => text);
  }

  /**
   * The rows in the document with their numbers, counted from the end of the log: from there no
   * number changes where older lines come. They have one height, and stand where it says.
   */
  private numberedLines(): Promise<[number, string][]> {
    return this.log.evaluate((log) => {
      const end = log.getBoundingClientRect().top - log.scrollTop + log.scrollHeight;
      return [...log.querySelectorAll<HTMLElement>('.log-row:not(.note)')]
        .filter((row) => row.offsetHeight > 0)
        .map((row): [number, string] => {
          const place = row.getBoundingClientRect();
          return [Math.round((end - place.bottom) / place.height), row.querySelector('.text')?.textContent ?? ''];
        })
        .sort(([a], [b]) => b - a);
    });
  }
}
