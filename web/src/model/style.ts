// How a run of terminal text looks: what ANSI's "select graphic rendition" can say.

export interface Style {
  readonly stream: "stdout" | "stderr" | "typed";
  readonly fg?: string;
  readonly bg?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly strike?: boolean;
}

export const PLAIN: Style = { stream: "stdout" };

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** The style after an SGR sequence. Colours are names of the sixteen, or `#rrggbb`. */
export function restyled(style: Style, codes: readonly number[]): Style {
  let next: { -readonly [key in keyof Style]: Style[key] } = { ...style };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!;
    if (code === 0) next = { stream: style.stream };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) (delete next.bold, delete next.dim);
    else if (code === 23) delete next.italic;
    else if (code === 24) delete next.underline;
    else if (code === 27) delete next.inverse;
    else if (code === 29) delete next.strike;
    else if (code >= 30 && code <= 37) next.fg = NAMES[code - 30]!;
    else if (code >= 90 && code <= 97) next.fg = `bright-${NAMES[code - 90]!}`;
    else if (code === 39) delete next.fg;
    else if (code >= 40 && code <= 47) next.bg = NAMES[code - 40]!;
    else if (code >= 100 && code <= 107) next.bg = `bright-${NAMES[code - 100]!}`;
    else if (code === 49) delete next.bg;
    else if (code === 38 || code === 48) {
      const wide = codes[index + 1] === 2;
      const color = wide ? rgb(codes.slice(index + 2, index + 5)) : indexed(codes[index + 2]);
      if (color) next[code === 38 ? "fg" : "bg"] = color;
      index += wide ? 4 : 2;
    }
  }
  return next;
}

function rgb(parts: readonly number[]): string {
  return `#${[0, 1, 2].map((at) => Math.min(255, parts[at] ?? 0).toString(16).padStart(2, "0")).join("")}`;
}

function indexed(code: number | undefined): string | undefined {
  if (code === undefined || code > 255) return undefined;
  if (code < 8) return NAMES[code]!;
  if (code < 16) return `bright-${NAMES[code - 8]!}`;
  if (code >= 232) return rgb([0, 1, 2].map(() => 8 + (code - 232) * 10));
  const place = code - 16;
  return rgb([36, 6, 1].map((unit) => [0, 95, 135, 175, 215, 255][Math.floor(place / unit) % 6]!));
}

export function sameStyle(one: Style, other: Style): boolean {
  if (one === other) return true;
  const keys = ["stream", "fg", "bg", "bold", "dim", "italic", "underline", "inverse", "strike"] as const;
  return keys.every((key) => one[key] === other[key]);
}
