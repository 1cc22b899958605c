// The viewer of recordings, which is no part of what a page loads at first.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Steps } from "./steps";

/** Fetch the viewer while what it is to show is still being recorded. */
export const fetchSteps = () => import("./steps");

/** The viewer, which is fetched when it is needed first; null until then. */
export function useSteps(): typeof Steps | null {
  const loaded = useSignal<{ view: typeof Steps } | null>(null);
  useEffect(() => {
    void fetchSteps().then(({ Steps: view }) => (loaded.value = { view }));
  }, []);
  return loaded.value?.view ?? null;
}
