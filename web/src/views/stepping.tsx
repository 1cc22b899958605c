// The stepper over the page: the steps of the cell that was recorded last.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Kernel } from "../model/kernel";
import type { Page } from "../model/page";
import type { Take } from "../model/take";
import { Share } from "./dialogs";
import { useSteps } from "./use_steps";

export function Stepping({ page, kernel }: { page: Page; kernel: Kernel }) {
  const take = kernel.take.value;
  return take && <Over page={page} kernel={kernel} take={take} />;
}

function Over({ page, kernel, take }: { page: Page; kernel: Kernel; take: Take }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const shared = useSignal<number | null>(null);
  const View = useSteps();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current!.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog class="over" ref={dialog} aria-label={`Steps of ${take.title}`} onClose={(event) => {
      if (event.target === dialog.current) kernel.take.value = null;
    }}>
      {View && (
        <View
          take={take}
          tools={(viewer) => (
            <span class="tools">
              {viewer && (
                <button type="button" class="btn" onClick={() => (shared.value = viewer.shown.value.step)}>
                  Share step
                </button>
              )}
              <button type="button" class="btn" aria-label="Close the stepper" onClick={() => dialog.current!.close()}>
                Close<kbd aria-hidden="true">Esc</kbd>
              </button>
            </span>
          )}
        />
      )}
      {shared.value !== null && (
        <Share title={`Share step ${shared.value.toLocaleString("en")}`} link={() => page.shareStep(take, shared.value!)} close={() => (shared.value = null)}>
          The link carries the text of the notebook, which cells ran, and what was answered to input(). It opens the notebook; whoever presses Step in the cell gets
          to this step. Nothing is sent anywhere.
        </Share>
      )}
    </dialog>
  );
}
