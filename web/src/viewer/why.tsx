// Where a value comes from: the write, what that has used, and so on; each step of it can be gone to.

import { useSignal } from "@preact/signals";
import type { Origin } from "../recording/origins";
import type { Viewer } from "./model";
import { preview } from "./preview";

const HOW: Record<Origin["how"], string> = {
  write: "written", load: "loaded", result: "result of the call", argument: "given as an argument", constant: "constant", made: "there since its object was made", before: "there before the recording",
  "left out": "written in steps that are left out",
};

export function WhyPane({ viewer }: { viewer: Viewer }) {
  const name = useSignal("");
  const answer = viewer.answer.value;
  return (
    <div class="asking">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.value.trim()) viewer.why(name.value.trim());
        }}
      >
        <label>
          Why is
          <input id="why" type="text" value={name.value} placeholder="total, self.rate, seen[0]" onInput={(event) => (name.value = event.currentTarget.value)} spellcheck={false} autocomplete="off" />
        </label>
        <button type="submit" class="btn">
          Ask
        </button>
        <button type="button" class="btn" onClick={() => name.value.trim() && viewer.watch(name.value.trim())}>
          Watch
        </button>
      </form>
      <Watched viewer={viewer} />
      <div role="status" aria-label="Answer">
        {answer?.refusal && <p class="bad">{answer.refusal}</p>}
        {answer?.origin && (
          <>
            <p>
              <code>{answer.name}</code> at step {answer.step.toLocaleString("en")} is <code>{preview(answer.origin.value, viewer.shown.value.cursor)}</code>:
            </p>
            <ol>
              <OriginView viewer={viewer} origin={answer.origin} />
            </ol>
          </>
        )}
      </div>
    </div>
  );
}

/** What is watched: how often it is written and changes, and the ways to its changes. */
function Watched({ viewer }: { viewer: Viewer }) {
  const watched = viewer.watched.value;
  if (!watched) return null;
  const { text, writes, changes } = watched;
  const equal = writes.length - changes.length;
  return (
    <p class="watched">
      <code>{text}</code> is written {writes.length.toLocaleString("en")} times{equal > 0 && `, ${equal.toLocaleString("en")} of them with an equal value`}
      <span>
        <button type="button" class="btn" aria-label={`Back to the previous change of ${text}`} aria-keyshortcuts="C" onClick={() => viewer.toChange(true)}>
          ◀ Change<kbd aria-hidden="true">C</kbd>
        </button>
        <button type="button" class="btn" aria-label={`On to the next change of ${text}`} aria-keyshortcuts="c" onClick={() => viewer.toChange()}>
          Change ▶<kbd aria-hidden="true">c</kbd>
        </button>
        <button type="button" class="btn" aria-label={`Watch ${text} no more`} onClick={() => viewer.watch(text)}>
          ×
        </button>
      </span>
    </p>
  );
}

function OriginView({ viewer, origin }: { viewer: Viewer; origin: Origin }) {
  const { cursor } = viewer.shown.value;
  return (
    <li>
      <code>{preview(origin.value, cursor, 40)}</code> {HOW[origin.how]}
      {origin.function && (
        <>
          {" "}
          by <code>{origin.instruction}</code> in {origin.function}, line {origin.line ?? "?"}, step{" "}
          <button type="button" class="ref" aria-label={`Go to step ${origin.step}`} onClick={() => viewer.go(origin.step)}>
            {origin.step.toLocaleString("en")}
          </button>
        </>
      )}
      {origin.sources.length > 0 && (
        <ol>
          {origin.sources.map((each) => (
            <OriginView viewer={viewer} origin={each} />
          ))}
        </ol>
      )}
    </li>
  );
}
