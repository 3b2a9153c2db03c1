// Business code that a test steers, behind the generated handler.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { InvalidInput, unitOfWork } from "./shared/work.js";

const LOG = process.env.PROBE_LOG;

function attemptOf(key) {
  appendFileSync(`${LOG}.attempts`, `${key}\n`);
  return readFileSync(`${LOG}.attempts`, "utf8").split("\n").filter((line) => line === key).length;
}

async function business(payload) {
  const attempt = attemptOf(payload.id);
  if (payload.invalid) throw new InvalidInput("wrong for good");
  if (attempt <= (payload.crash ?? 0)) process.exit(9);
  if (attempt <= (payload.fail ?? 0)) throw new Error("downstream is away");
  await pause(payload.wait_ms ?? 0);
  appendFileSync(LOG, `${payload.id}\n`);
  return { id: payload.id, status: payload.status ?? "done" };
}

const handler = unitOfWork(business);
if (!existsSync(LOG)) appendFileSync(LOG, "");
for await (const line of createInterface({ input: process.stdin })) {
  const { event, left_ms } = JSON.parse(line);
  const deadline = Date.now() + left_ms;
  const context = {
    functionName: "probe",
    memoryLimitInMB: 256,
    invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:probe:live",
    awsRequestId: "r",
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  let answer;
  try {
    answer = { result: (await handler(event, context)) ?? null };
  } catch (error) {
    answer = { error: error.name };
  }
  process.stdout.write(`@@${JSON.stringify(answer)}\n`);
}
