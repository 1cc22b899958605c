// Share, help, and the contents on a narrow screen.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Page } from "../model/page";
import { LONGEST_LINK } from "../model/share";
import { Contents } from "./contents";
import { KEYS, shown } from "./keys";

export function Dialog({ title, close, children, drawer }: { title: string; close(): void; children: preact.ComponentChildren; drawer?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement as HTMLElement | null;
    element.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={dialog} class={drawer ? "drawer" : ""} aria-label={title} onClose={close} onClick={(event) => {
      if (event.target === dialog.current) dialog.current!.close();
    }}>
      <div class="inside">
        <header>
          <h2>{title}</h2>
          <button type="button" class="btn small" onClick={() => dialog.current!.close()}>
            Close
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

export function Share({ title, link: make, close, children }: { title: string; link(): Promise<string>; close(): void; children: preact.ComponentChildren }) {
  const link = useSignal("");
  const copied = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void make().then((url) => (link.value = url));
  }, []);
  const copy = async (): Promise<void> => {
    field.current!.select();
    try {
      await navigator.clipboard.writeText(link.value);
      copied.value = "Copied.";
    } catch {
      copied.value = "The browser does not let the page copy: press Ctrl+C, the link is selected.";
    }
  };
  const long = link.value.length > LONGEST_LINK;
  return (
    <Dialog title={title} close={close}>
      <p>{children}</p>
      {long && (
        <p class="notice bad">
          This link has {link.value.length.toLocaleString("en")} characters; many programs cut links at {LONGEST_LINK.toLocaleString("en")}. A file is safer:
          export it from “More”.
        </p>
      )}
      <div class="row">
        <input ref={field} type="text" readOnly value={link.value} aria-label="Link" onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="btn main" disabled={!link.value} onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p role="status">{copied.value}</p>
    </Dialog>
  );
}

const HELP: [string, string][] = [
  [KEYS.run, "Run the cell"],
  [KEYS.runAndGoOn, "Run the cell and go on to the next"],
  [KEYS.step, "Step through the cell: run it, recorded, and look at each of its instructions"],
  [KEYS.runAll, "Run all cells"],
  [KEYS.stop, "Stop"],
  [KEYS.addBelow, "Add a cell below"],
  [KEYS.moveUp, "Move the cell up"],
  [KEYS.moveDown, "Move the cell down"],
  [KEYS.delete, "Delete the cell"],
  [KEYS.undo, "Undo: in an editor the typing, elsewhere what was done to cells"],
  ["Mod-Enter", "While a program asks for input: no more input"],
];

export function Help({ page, close }: { page: Page; close(): void }) {
  const facts = page.kernel.value?.facts.value;
  return (
    <Dialog title="Keys and help" close={close}>
      <table class="keys">
        <tbody>
          {HELP.map(([key, text]) => (
            <tr key={text}>
              <th scope="row">
                <kbd>{shown(key)}</kbd>
              </th>
              <td>{text}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <kbd>Tab</kbd>
            </th>
            <td>Indents in an editor; Escape, then Tab, leaves it</td>
          </tr>
        </tbody>
      </table>
      <p>
        Cells share their names. Each is run by bytescope, a virtual machine in Python that executes CPython’s bytecode instruction by instruction, or by
        CPython itself. The value of a cell’s last expression is shown, unless a semicolon ends it.
      </p>
      <p>Programs run in this browser only. They have the standard library and bytescope, and reach neither the network nor this page.</p>
      {!page.kernel.value?.isolated && (
        <p>
          This server does not send the headers that let a page share memory with its worker. Everything works, but to stop a program that computes, its
          interpreter must be ended, and names are then gone.
        </p>
      )}
      {facts && (
        <p class="facts">
          bytescope {facts.bytescope}, Python {facts.python}, ready in {facts.seconds.toFixed(1)} s{facts.fromSnapshot ? " from a snapshot" : ""}.
        </p>
      )}
    </Dialog>
  );
}

export function Drawer({ page, close }: { page: Page; close(): void }) {
  return (
    <Dialog title="Contents" close={close} drawer>
      <Contents page={page} close={close} />
    </Dialog>
  );
}
