// All functions of a project in one process: calls come in a line each, and the test says what the work does.
import { Buffer } from "node:buffer";
import dns from "node:dns";
import { readSync, writeSync } from "node:fs";
import process from "node:process";

const { lookup } = dns;
dns.lookup = (host, ...more) => lookup(host.replace(/^sync-/, ""), ...more); // the SDK puts it there

const chunk = Buffer.alloc(1 << 16);
const pause = new Int32Array(new SharedArrayBuffer(4));
let read = "";

/** Do `turn`, again if it could not wait: a library has made standard input or output so. */
function waiting(turn) {
  for (;;) {
    try {
      return turn();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function line() {
  while (!read.includes("\n")) {
    const size = waiting(() => readSync(0, chunk));
    if (size === 0) process.exit(0);
    read += chunk.toString("latin1", 0, size); // the test writes ASCII
  }
  const end = read.indexOf("\n");
  const found = JSON.parse(read.slice(0, end));
  read = read.slice(end + 1);
  return found;
}

function say(what) {
  let text = Buffer.from(`@@${JSON.stringify(what)}\n`);
  while (text.length > 0) text = text.subarray(waiting(() => writeSync(1, text))); // a pipe may take less
}

/** Return `work` that asks the test first what it is to fail with or to return. */
export function spied(work) {
  return async (payload) => {
    say({ asks: payload });
    const { number, error, returns } = line();
    if (error) throw Object.assign(new Error("injected"), { name: error });
    const result = await work(payload);
    say({ done: number });
    return { ...result, ...returns };
  };
}

const handlers = {};

async function handlerOf(name, path) {
  process.env.AWS_LAMBDA_FUNCTION_NAME = name;
  handlers[name] ??= (await import(path)).handler; // a copy of its own for each, as in Lambda
  return handlers[name];
}

export async function run(paths) {
  for (;;) {
    const { function: name, event, left_ms } = line();
    const deadline = Date.now() + left_ms;
    const context = {
      functionName: name,
      memoryLimitInMB: 256,
      invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}:live`,
      awsRequestId: "r",
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    try {
      const handler = await handlerOf(name, paths[name]);
      say({ result: (await handler(event, context)) ?? null });
    } catch (error) {
      say({ error: error.name, told: String(error.stack) });
    }
  }
}
