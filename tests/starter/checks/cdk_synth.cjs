// Synthesises compiled CDK apps and runs their tests, all in this process: node cdk_synth.cjs JOBS TOLD
// JOBS: [{name, infra, app, context, out, test}], TOLD: {name: {said, passed, failed, unanswered, needless}}. An
// app that cannot be synthesised is not tested. ``unanswered`` is what cdk-nag finds, ``needless`` what the stack
// acknowledges for nothing.
const { readFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const needed = Module.createRequire(process.argv[2]); // packages are those beside the jobs
const { Stack, Stage, Validations } = needed("aws-cdk-lib");
const { AwsSolutionsChecks } = needed("cdk-nag");

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

let app;
const { synth } = Stage.prototype;
Stage.prototype.synth = function (...how) {
  app = this;
  return synth.apply(this, how);
};

function nagged() {
  const [checks, found] = [new AwsSolutionsChecks(), new Set()];
  const stack = app.node.children.find(Stack.isStack);
  const answered = stack.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.keys(data))
    .map((id) => id.replace(/^annotation::/i, ""))
    .filter((id) => id.startsWith(checks.name));
  // A stack's own tests put it in no region.
  checks.isAcknowledged = (_, id) => found.add(id.replaceAll(`:${stack.region}:`, ":<AWS::Region>:"));
  checks.validateScope(stack);
  return {
    unanswered: [...found].filter((id) => !answered.includes(id)),
    needless: answered.filter((id) => !found.has(id)),
  };
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
  const nag = said ? { unanswered: [], needless: [] } : nagged();
  if (!said && job.test) said = quietly(() => require(job.test));
  told[job.name] = { said, passed, failed, ...nag };
}
writeFileSync(process.argv[3], JSON.stringify(told));
