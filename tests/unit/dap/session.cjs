// Debugs two programs through Microsoft's test client for debug adapters, over standard input and output and at a port.
// Arguments: the Python interpreter, a file that runs the adapter, the folder with calls.py and errors.py, a port.
const assert = require("node:assert");
const path = require("node:path");
const { DebugClient } = require("@vscode/debugadapter-testsupport");

const [python, adapter, folder, port] = process.argv.slice(2);
const calls = path.join(folder, "calls.py");
const errors = path.join(folder, "errors.py");

function newClient() {
  const client = new DebugClient(python, adapter, "bytescope");
  client.defaultTimeout = 240000;
  return client;
}

async function locals(client) {
  const { stackFrames } = (await client.stackTraceRequest({ threadId: 1 })).body;
  const { scopes } = (await client.scopesRequest({ frameId: stackFrames[0].id })).body;
  const { variables } = (await client.variablesRequest({ variablesReference: scopes[0].variablesReference })).body;
  return Object.fromEntries(variables.map((each) => [each.name, each.value]));
}

function moved(client, request, reason, line) {
  return Promise.all([request, client.assertStoppedLocation(reason, { line })]);
}

async function breakpointsBothWays() {
  const client = newClient();
  await client.start();
  await client.hitBreakpoint({ program: calls }, { path: calls, line: 2 });
  assert.deepStrictEqual(await locals(client), { a: "2", b: "2" });
  await moved(client, client.continueRequest({ threadId: 1 }), "breakpoint", 2);
  assert.deepStrictEqual(await locals(client), { a: "4", b: "1" });
  await moved(client, client.reverseContinueRequest({ threadId: 1 }), "breakpoint", 2);
  await moved(client, client.nextRequest({ threadId: 1 }), "step", 3);
  assert.strictEqual((await locals(client)).total, "4");
  await moved(client, client.stepBackRequest({ threadId: 1 }), "breakpoint", 2);
  await moved(client, client.stepOutRequest({ threadId: 1 }), "step", 7);
  const [frame] = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
  const value = await client.evaluateRequest({ expression: "x + 1", frameId: frame.id, context: "watch" });
  assert.strictEqual(value.body.result, "3");
  const rows = await client.disassembleRequest({
    memoryReference: frame.instructionPointerReference, instructionOffset: -2, instructionCount: 5,
  });
  assert.strictEqual(rows.body.instructions.length, 5);
  await client.stop();
}

async function toItsEnd() {
  const client = newClient();
  await client.start();
  await Promise.all([
    client.configurationSequence(),
    client.launch({ program: calls }),
    client.assertOutput("stdout", "first 4"),
    client.waitForEvent("terminated"),
  ]);
  await client.stop();
}

async function uncaughtAtAPort() {
  const client = newClient();
  await client.start(Number(port));
  const { body } = await client.initializeRequest();
  assert.ok(body.supportsStepBack && body.supportsDataBreakpoints && body.supportsDisassembleRequest);
  await client.setExceptionBreakpointsRequest({ filters: ["uncaught"] });
  await Promise.all([
    client.launchRequest({ program: errors }),
    client.configurationDoneRequest(),
    client.assertStoppedLocation("exception", { path: errors, line: 11 }),
  ]);
  const info = await client.exceptionInfoRequest({ threadId: 1 });
  assert.strictEqual(info.body.exceptionId, "ZeroDivisionError");
  const { stackFrames } = (await client.stackTraceRequest({ threadId: 1 })).body;
  const data = await client.dataBreakpointInfoRequest({ name: "number", frameId: stackFrames[0].id });
  await client.setDataBreakpointsRequest({ breakpoints: [{ dataId: data.body.dataId }] });
  await moved(client, client.reverseContinueRequest({ threadId: 1 }), "data breakpoint", 10);
  await client.disconnectRequest();
}

(async () => {
  for (const test of [breakpointsBothWays, toItsEnd, uncaughtAtAPort]) {
    await test();
    console.log(`ok ${test.name}`);
  }
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
