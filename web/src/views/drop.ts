// Files that are dropped on the page are imported; whatever else is dropped, the browser does not leave the page.

export function keepFilesIn(scope: Document, take: (files: File[]) => void): void {
  scope.addEventListener("dragover", (event) => {
    if (!isText(event) || !inEditor(event)) event.preventDefault();
  });
  scope.addEventListener(
    "drop",
    (event) => {
      if (isText(event) && inEditor(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const files = Array.from(event.dataTransfer?.files ?? []);
      if (files.length) take(files);
    },
    { capture: true },
  );
  scope.addEventListener(
    "paste",
    (event) => {
      const data = event.clipboardData;
      if (data?.files.length && !data.types.includes("text/plain")) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { capture: true },
  );
}

function isText(event: DragEvent): boolean {
  const types = event.dataTransfer?.types ?? [];
  return types.includes("text/plain") && !types.includes("Files");
}

function inEditor(event: DragEvent): boolean {
  return (event.target as HTMLElement).closest?.(".cm-editor, input, textarea") != null;
}
