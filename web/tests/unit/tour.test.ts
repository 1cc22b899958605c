import { expect, test } from "vitest";
import { titleOf } from "../../src/model/title";
import { Tour } from "../../src/model/tour";

const TEXT = "# %% [markdown]\n# # 3 · A `machine`\n#\n# Text\n\n# %%\n1 + 1\n";

test("chapters are loaded when they are opened", async () => {
  const loaded: string[] = [];
  const tour = new Tour([{ slug: "01-a", title: "A" }, { slug: "02-b", title: "B" }], async (slug) => (loaded.push(slug), TEXT));
  expect(tour.has("01-a") && !tour.has("03-c")).toBe(true);
  expect(tour.after("01-a")?.title).toBe("B");
  expect(tour.after("02-b")).toBeUndefined();
  expect(loaded).toEqual([]);
  const notebook = await tour.notebook("02-b");
  expect(notebook).toEqual({ name: "B", cells: [{ kind: "prose", source: "# 3 · A `machine`\n\nText" }, { kind: "code", source: "1 + 1" }] });
});

test.each([
  [TEXT, "A machine"],
  ["# %%\n1\n", "slug"],
])("titles", (text, title) => expect(titleOf(text, "slug")).toBe(title));
