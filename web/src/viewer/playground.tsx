// A link to the notebook's page, with the text of the program that was recorded.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { toLink } from "../model/share";
import type { Viewer } from "./model";

/** Beyond this, browsers and servers may refuse an address. */
const LONGEST = 60_000;

/** `base` is where the page is served; without a text, or with a very long one, there is no link. */
export function PlaygroundLink({ viewer, base }: { viewer: Viewer; base: string }) {
  const address = useSignal("");
  useEffect(() => {
    const { codes, sources } = viewer.recording.tape;
    const program = codes.find((each) => each.name === "<module>") ?? codes[0];
    const source = program && sources.get(program.source);
    if (source === undefined || !/^https?:\/\//.test(base)) return;
    void toLink({ name: viewer.title, cells: [{ kind: "code", source }] }).then((link) => {
      if (link.length <= LONGEST) address.value = `${base}#${link}`;
    });
  }, [viewer]);
  return address.value ? (
    <a class="btn" href={address.value} rel="noreferrer">
      Open in the playground
    </a>
  ) : null;
}
