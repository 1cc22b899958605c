// A button that opens a list of commands.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Command {
  label: string;
  keys?: string;
  off?: boolean;
  do(): void;
}

export function Menu({ label, text, commands, small }: { label: string; text: string; commands: readonly (Command | null)[]; small?: boolean }) {
  const open = useSignal(false);
  const holder = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open.value) return;
    items()[0]?.focus();
    const outside = (event: Event): void => {
      if (!event.composedPath().includes(holder.current!)) open.value = false;
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open.value]);

  const items = (): HTMLButtonElement[] =>
    Array.from(holder.current!.querySelectorAll<HTMLButtonElement>('[role="menuitem"]:not([disabled])'));

  const key = (event: KeyboardEvent): void => {
    if (!open.value) return;
    const all = items();
    const at = all.indexOf(event.composedPath()[0] as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === "Escape") close();
    else if (event.key !== "Tab") return;
    else open.value = false;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };

  const close = (): void => {
    open.value = false;
    button.current!.focus();
  };

  return (
    <div class="menu" ref={holder} onKeyDown={key}>
      <button
        type="button"
        ref={button}
        class={small ? "btn small" : "btn"}
        aria-haspopup="menu"
        aria-expanded={open.value}
        aria-label={label}
        onClick={() => (open.value = !open.value)}
      >
        {text}
      </button>
      {open.value && (
        <div class="list" role="menu" aria-label={label}>
          {commands.map((command, index) =>
            command ? (
              <button
                type="button"
                key={command.label}
                role="menuitem"
                tabIndex={-1}
                disabled={command.off ?? false}
                onClick={() => {
                  close();
                  command.do();
                }}
              >
                {command.label}
                {command.keys && <kbd>{command.keys}</kbd>}
              </button>
            ) : (
              <hr key={index} />
            ),
          )}
        </div>
      )}
    </div>
  );
}
