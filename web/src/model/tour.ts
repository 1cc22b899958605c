// The chapters of the guided tour: notebooks that come with the page, and are loaded when they are opened.

import type { KeptNotebook } from "./notebook";
import { fromPercent } from "./percent";
import type { Chapter } from "./title";

export class Tour {
  /** `load` gives a chapter's text. */
  constructor(
    readonly chapters: readonly Chapter[],
    private readonly load: (slug: string) => Promise<string>,
  ) {}

  has(slug: string): boolean {
    return this.chapters.some((chapter) => chapter.slug === slug);
  }

  async notebook(slug: string): Promise<KeptNotebook> {
    const { title } = this.chapters.find((chapter) => chapter.slug === slug)!;
    return fromPercent(await this.load(slug), title);
  }

  after(slug: string): Chapter | undefined {
    return this.chapters[this.chapters.findIndex((chapter) => chapter.slug === slug) + 1];
  }
}
