// What goes wrong when a recording is read or asked.

/** No recording, a damaged one, or one of a later version: the message says which. */
export class NoRecording extends Error {}

/** A text is no expression. */
export class NoExpression extends Error {}

/** An expression cannot be evaluated on what is recorded: a name is unbound, or code of the program would run. */
export class NotRecorded extends Error {}
