// Runs blocks of JavaScript in one lasting global scope, as a console does: `const` may be declared again, `await` stands at the
// top level, and the value of a last expression is printed. A block arrives on descriptor 98 and ends with a zero byte; when it
// begins an empty line goes out on 99, and its exit status when it has ended. A block that begins with the character U+0001 wants
// its value, and the error that ended it, as one JSON object a line on 97 and not printed.
'use strict';

const fs = require('fs');
const inspector = require('inspector');
const net = require('net');
const util = require('util');
const vm = require('vm');
const { createRequire } = require('module');

const DISPLAY = 97;
const CODE = 98;
const RESULT = 99;
const INTERRUPTED = 130;

// The engine's own console evaluation ("replMode"); no port is opened.
const session = new inspector.Session();
session.connect();

// What the engine and the driver hand to each other, out of sight of `Object.keys(globalThis)`.
const exchange = { call: null, value: undefined };
const key = Symbol.for('interpreter');
Object.defineProperty(globalThis, key, { value: exchange });
Object.defineProperty(globalThis, 'require', { value: createRequire(`${process.cwd()}/`), writable: true, configurable: true });

// Only what runs inside `vm` can be stopped by SIGINT while it keeps the thread busy.
const caller = new vm.Script("globalThis[Symbol.for('interpreter')].call()");
const keep = "function () { 'use strict'; globalThis[Symbol.for('interpreter')].value = this; }";

// The block that runs now, as the function that ends it.
let settleRunning = null;

function describe(result) {
  if (result.objectId === undefined) {
    return result.type === 'string' ? util.inspect(result.value) : String(result.unserializableValue ?? result.value);
  }
  session.post('Runtime.callFunctionOn', { objectId: result.objectId, functionDeclaration: keep });
  const text = util.inspect(exchange.value);
  exchange.value = undefined;
  return text;
}

function describeError(details) {
  const exception = details.exception ?? {};
  if (exception.description === undefined) return `Uncaught ${exception.value ?? details.text}`;
  // From here on down the stack is the driver's own.
  const lines = exception.description.split('\n');
  const own = lines.findIndex((line) => line.includes('(node:inspector:'));
  return (own < 0 ? lines : lines.slice(0, own)).join('\n');
}

function send(message) {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < line.length; ) sent += fs.writeSync(DISPLAY, line, sent);
}

function sendError(details) {
  const exception = details.exception ?? {};
  const traceback = describeError(details);
  const first = traceback.split('\n', 1)[0];
  send({ error: { name: exception.className ?? 'Error', value: first.slice(first.indexOf(': ') + 1).trim(), traceback } });
}

function run(block) {
  const wantsValues = block.startsWith('\u0001');
  const text = wantsValues ? block.slice(1) : block;
  return new Promise((resolve) => {
    const settle = (status) => {
      if (settleRunning !== settle) return;
      settleRunning = null;
      resolve(status);
    };
    settleRunning = settle;
    const answered = (error, answer) => {
      if (settleRunning !== settle) return;
      if (wantsValues && !error && answer.exceptionDetails) {
        sendError(answer.exceptionDetails);
        settle(1);
      } else if (wantsValues && !error) {
        if (answer.result.type !== 'undefined') send({ text: describe(answer.result), is_main: true });
        settle(0);
      } else if (error || answer.exceptionDetails) {
        process.stderr.write(`${error ? error.message : describeError(answer.exceptionDetails)}\n`);
        settle(1);
      } else {
        if (answer.result.type !== 'undefined') process.stdout.write(`${describe(answer.result)}\n`);
        settle(0);
      }
    };
    exchange.call = () => {
      fs.writeSync(RESULT, '\n'); // from here on it can be stopped
      session.post('Runtime.evaluate', { expression: text, replMode: true, awaitPromise: true }, answered);
    };
    try {
      caller.runInThisContext({ breakOnSigint: true });
    } catch {
      process.stderr.write('Interrupted\n');
      settle(INTERRUPTED);
    }
  });
}

process.on('SIGINT', () => {
  if (settleRunning === null) return;
  process.stderr.write('Interrupted\n');
  settleRunning(INTERRUPTED);
});
process.on('uncaughtException', (error) => process.stderr.write(`Uncaught ${util.inspect(error)}\n`));
process.on('unhandledRejection', (error) => process.stderr.write(`Unhandled rejection: ${util.inspect(error)}\n`));

let pending = [];
let queue = Promise.resolve();

function enqueue(block) {
  queue = queue.then(async () => {
    const status = await run(block.toString('utf8'));
    fs.writeSync(RESULT, `${status}\n`);
  });
}

const input = new net.Socket({ fd: CODE, readable: true, writable: false });
input.on('data', (bytes) => {
  let start = 0;
  for (let zero = bytes.indexOf(0); zero >= 0; zero = bytes.indexOf(0, start)) {
    enqueue(Buffer.concat([...pending, bytes.subarray(start, zero)]));
    pending = [];
    start = zero + 1;
  }
  if (start < bytes.length) pending.push(bytes.subarray(start));
});
input.on('end', () => process.exit(0));
