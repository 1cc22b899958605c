// Takes a picture of a page of a recording: node picture.mjs PAGE PICTURE KEY...; a word of several letters is typed.

import { pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";

const [recording, picture, ...keys] = process.argv.slice(2);
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: [...root, "--disable-gpu", "--disable-background-networking"] });
try {
  const page = await browser.newPage({ viewport: { width: 1180, height: 720 }, colorScheme: "light", offline: true, reducedMotion: "reduce" });
  await page.goto(pathToFileURL(recording).href);
  await page.getByRole("slider").waitFor();
  for (const key of keys) {
    if (/^[a-z ]{2,}$/.test(key)) await page.keyboard.type(key);
    else await page.keyboard.press(key);
  }
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
}
