// A CodeMirror editor for the text of a cell.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, type KeyBinding } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Styles that CodeMirror makes at run time carry this, so that the page's security policy lets them. */
export const NONCE = "bytescope";

const editors = new WeakMap<object, EditorView>();

/** The editor of a cell, where it is shown. */
export function editorOf(key: object): EditorView | undefined {
  return editors.get(key);
}

const COMMON: Extension = [
  history(),
  drawSelection(),
  EditorState.allowMultipleSelections.of(true),
  EditorView.lineWrapping,
  EditorView.cspNonce.of(NONCE),
];

const PYTHON: Extension = [
  pythonLanguage,
  indentUnit.of("    "),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  syntaxHighlighting(classHighlighter),
  lineNumbers(),
];

export interface EditorProps {
  owner: object;
  label: string;
  text: string;
  language: "python" | "text";
  keys: readonly KeyBinding[];
  changed(text: string): void;
  root?: ShadowRoot;
  focused?: boolean;
  /** Whether it may be put off until the reader comes near: a thousand editors take their time. */
  later?: boolean;
}

export function Editor(props: EditorProps) {
  const near = useSignal(!props.later);
  return near.value ? <Made {...props} /> : <Later text={props.text} come={() => (near.value = true)} />;
}

/** The text alone, until it is nearly in sight. */
function Later({ text, come }: { text: string; come: () => void }) {
  const holder = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && come(), { rootMargin: "1000px" });
    observer.observe(holder.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <pre class="later" ref={holder}>
      {text}
    </pre>
  );
}

function Made(props: EditorProps) {
  const holder = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const keys = props.keys.map((binding): KeyBinding => {
      const run = binding.run!;
      return { ...binding, run: (view) => latest.current.keys.find((key) => key.key === binding.key)?.run?.(view) ?? run(view) };
    });
    const view = new EditorView({
      parent: holder.current!,
      ...(props.root ? { root: props.root } : {}),
      state: EditorState.create({
        doc: props.text,
        extensions: [
          Prec.highest(keymap.of(keys)),
          COMMON,
          props.language === "python" ? PYTHON : [],
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({
            "aria-label": props.label,
            "aria-description": "Tab indents; Escape, then Tab, leaves the editor.",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.changed(update.state.doc.toString());
          }),
        ],
      }),
    });
    editors.set(props.owner, view);
    if (props.focused) view.focus();
    return () => {
      editors.delete(props.owner);
      view.destroy();
    };
  }, [props.owner, props.language]);

  useEffect(() => {
    editorOf(props.owner)?.contentDOM.setAttribute("aria-label", props.label);
  }, [props.owner, props.label]);

  useEffect(() => {
    const view = editorOf(props.owner);
    if (view && view.state.doc.toString() !== props.text && !view.hasFocus) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: props.text } });
    }
  }, [props.owner, props.text]);

  return <div class="editor" ref={holder} />;
}
