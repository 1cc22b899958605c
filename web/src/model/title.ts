// Titles of chapters; the build reads them, too.

export interface Chapter {
  slug: string;
  title: string;
}

/** The title of a chapter: its first heading, without the number. */
export function titleOf(text: string, slug: string): string {
  const heading = /^# #\s+(.+)$/m.exec(text)?.[1];
  return heading?.replace(/[`*_]/g, "").replace(/^\d+\s*·\s*/, "") ?? slug;
}
