// Makes the recordings that the tests read, with the answers of Python's reader, by the project's newest environment.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

const ROOT = join(import.meta.dirname, "../..");

/** The Python to run bytescope with: BYTESCOPE_PYTHON, or that of the newest environment. */
export function python(): string {
  if (process.env.BYTESCOPE_PYTHON) return process.env.BYTESCOPE_PYTHON;
  const places = ["bin/python", "Scripts/python.exe"];
  const minor = (name: string): number => Number(name.split(".")[1]);
  const environments = readdirSync(join(ROOT, ".venv")).filter((name) => /^3\.\d+$/.test(name));
  for (const name of environments.sort((one, other) => minor(other) - minor(one))) {
    const found = places.map((place) => join(ROOT, ".venv", name, place)).find((path) => existsSync(path));
    if (found) return found;
  }
  throw new Error("there is no environment in .venv: `make test` makes it");
}

/** Run a module of the project. */
export function runModule(...words: string[]): string {
  return execFileSync(python(), ["-m", ...words], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

export default function setUp(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "recordings-"));
  runModule("tests.support.recording_answers", folder);
  project.provide("recordings", folder);
  return () => rmSync(folder, { recursive: true });
}

declare module "vitest" {
  interface ProvidedContext {
    recordings: string;
  }
}
