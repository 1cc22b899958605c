// Each step in one sentence: what has happened, and what comes next.

import type { Recording } from "../recording/recording";
import type { Cursor } from "../recording/state";
import { happened } from "./changes";
import { errorText, preview } from "./preview";

const SIGNS = /^(BINARY|INPLACE|COMPARE) (\S+)$/;

export function sentence(recording: Recording, cursor: Cursor): string {
  const { step } = cursor;
  const of = `Step ${step.toLocaleString("en")} of ${recording.steps.toLocaleString("en")}`;
  const events = happened(recording, cursor).slice(0, 3);
  const { leftOut } = recording.tape;
  if (leftOut?.step === step - 1) events.unshift(`${leftOut.count.toLocaleString("en")} steps were executed that are left out`);
  const before = events.length ? `${events.join(", ")}; ` : "";
  const frame = cursor.top;
  if (!frame) {
    const error = recording.index.endedBy;
    return `${of}: ${before}${error ? `the run ends with ${errorText(error, cursor)}` : "the end"}.`;
  }
  if (leftOut?.step === step) return `${of}: ${before}next are ${leftOut.count.toLocaleString("en")} steps that are left out.`;
  const where = frame.line ? `line ${frame.line} of ${frame.code.name}` : frame.code.name;
  return `${of}, ${where}: ${before}next is ${upcoming(frame.instruction.text, frame.operands.slice(-2).map((each) => preview(each, cursor, 24)))}.`;
}

function upcoming(text: string, operands: string[]): string {
  const sign = SIGNS.exec(text);
  return sign && operands.length === 2 ? `${operands[0]} ${sign[2]} ${operands[1]}` : text;
}
