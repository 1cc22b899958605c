// Each step in one sentence: what has happened, and what comes next.

import type { Recording } from "../recording/recording";
import type { Cursor } from "../recording/state";
import { happened } from "./changes";
import { preview } from "./preview";

const SIGNS = /^(BINARY|INPLACE|COMPARE) (\S+)$/;

export function sentence(recording: Recording, cursor: Cursor): string {
  const { step } = cursor;
  const of = `Step ${step.toLocaleString("en")} of ${recording.steps.toLocaleString("en")}`;
  const events = happened(recording, cursor).slice(0, 3);
  const before = events.length ? `${events.join(", ")}; ` : "";
  const frame = cursor.top;
  if (!frame) return `${of}: ${before}the end.`;
  const where = frame.line ? `line ${frame.line} of ${frame.code.name}` : frame.code.name;
  return `${of}, ${where}: ${before}next is ${upcoming(frame.instruction.text, frame.operands.slice(-2).map((each) => preview(each, cursor, 24)))}.`;
}

function upcoming(text: string, operands: string[]): string {
  const sign = SIGNS.exec(text);
  return sign && operands.length === 2 ? `${operands[0]} ${sign[2]} ${operands[1]}` : text;
}
