// Synthesises compiled CDK apps and runs their tests, all in this process: node cdk_synth.cjs JOBS TOLD
// JOBS: [{name, infra, app, context, out, test}], TOLD: {name: {said, passed, failed}}. An app that cannot be
// synthesised is not tested.
const { readFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");

let passed, failed;
const test = (name, body) => {
  try {
    body();
    passed.push(name);
  } catch (error) {
    failed[name] = error.message;
  }
};
const load = Module._load; // the tests are those of node:test, run at once and here
Module._load = (request, ...rest) => (request === "node:test" ? { test } : load(request, ...rest));

function quietly(work) {
  const said = [];
  const writers = [process.stdout, process.stderr].map((stream) => [stream, stream.write]);
  for (const [stream] of writers) stream.write = (text) => said.push(String(text));
  try {
    work();
  } catch (error) {
    said.push(error.message);
  } finally {
    process.removeAllListeners("beforeExit");
    for (const [stream, write] of writers) stream.write = write;
  }
  return said.join("");
}

const told = {};
for (const job of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  process.chdir(job.infra);
  process.env.CDK_CONTEXT_JSON = JSON.stringify(job.context);
  process.env.CDK_OUTDIR = job.out;
  [passed, failed] = [[], {}];
  let said = quietly(() => {
    require(job.app);
    process.emit("beforeExit", 0); // which is when an app synthesises itself
  });
  delete process.env.CDK_CONTEXT_JSON;
  delete process.env.CDK_OUTDIR;
  if (!said && job.test) said = quietly(() => require(job.test));
  told[job.name] = { said, passed, failed };
}
writeFileSync(process.argv[3], JSON.stringify(told));
