import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const browsers = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = browsers.find((path) => path && existsSync(path)) ?? "/usr/bin/chromium";
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testDir: "tests/e2e",
  workers: 1,
  fullyParallel: true, // so that a part of a run is so many tests, not files
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: process.env.PLAYWRIGHT_JUNIT ? [["line"], ["junit", { outputFile: process.env.PLAYWRIGHT_JUNIT }]] : [["line"]],
  snapshotPathTemplate: "{testDir}/golden/{arg}{ext}",
  use: {
    actionTimeout: 20_000,
    launchOptions: { executablePath, args: [...root, "--disable-background-networking", "--disable-component-update", "--disable-gpu"] },
  },
});
