// The chapters of the guided tour: notebooks that come with the page.

import type { KeptNotebook } from "./notebook";
import { fromPercent } from "./percent";

export interface Chapter {
  slug: string;
  title: string;
  notebook: KeptNotebook;
}

export class Tour {
  readonly chapters: readonly Chapter[];

  /** Made from the chapters' texts by their paths, whose order is theirs. */
  constructor(texts: Readonly<Record<string, string>>) {
    this.chapters = Object.keys(texts)
      .sort()
      .map((path) => {
        const slug = path.replace(/^.*\//, "").replace(/\.py$/, "");
        const notebook = fromPercent(texts[path]!, slug);
        const heading = notebook.cells.map((cell) => /^#\s+(.+)$/m.exec(cell.source)?.[1]).find(Boolean);
        const title = heading?.replace(/[`*_]/g, "").replace(/^\d+\s*·\s*/, "") ?? slug;
        return { slug, title, notebook: { ...notebook, name: title } };
      });
  }

  has(slug: string): boolean {
    return this.chapters.some((chapter) => chapter.slug === slug);
  }

  notebook(slug: string): KeptNotebook {
    return this.chapters.find((chapter) => chapter.slug === slug)!.notebook;
  }

  after(slug: string): Chapter | undefined {
    return this.chapters[this.chapters.findIndex((chapter) => chapter.slug === slug) + 1];
  }
}
