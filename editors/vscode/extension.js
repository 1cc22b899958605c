// Makes VS Code start `bytescope dap` for debugging sessions of the type `bytescope`.
const vscode = require("vscode");

function python(session) {
  const setting = vscode.workspace.getConfiguration("bytescope", session.workspaceFolder).get("python");
  const chosen = session.configuration.python || setting || "python3";
  return Array.isArray(chosen) ? chosen : [chosen];
}

const adapters = {
  createDebugAdapterDescriptor(session) {
    const [command, ...options] = python(session);
    return new vscode.DebugAdapterExecutable(command, [...options, "-m", "bytescope", "dap"]);
  },
};

const configurations = {
  resolveDebugConfiguration(folder, configuration) {
    if (configuration.type) {
      return configuration;
    }
    const editor = vscode.window.activeTextEditor; // no launch.json: the file that is open
    const program = editor && editor.document.languageId === "python" ? "${file}" : undefined;
    return program && { type: "bytescope", request: "launch", name: "bytescope: current file", program };
  },
};

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory("bytescope", adapters),
    vscode.debug.registerDebugConfigurationProvider("bytescope", configurations),
  );
};
