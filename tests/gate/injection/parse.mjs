// Parses what is in a folder: node --experimental-vm-modules parse.mjs FOLDER TYPESCRIPT TOLD
// TOLD: {faults: {file: what is wrong}, descriptions: {file: what a property or constant of that name says}}.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SourceTextModule } from "node:vm";

const [folder, library, told] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(library);
const faults = {};
const descriptions = {};

function script(file, text) {
  try {
    new SourceTextModule(text);
  } catch (error) {
    faults[file] = String(error);
  }
}

function typed(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  for (const { messageText } of source.parseDiagnostics) faults[file] = JSON.stringify(messageText);
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && node.name.text === "description" && ts.isStringLiteral(node.initializer))
      (descriptions[file] ??= []).push(node.initializer.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.path, entry.name);
  if (entry.name.endsWith(".js")) script(path, readFileSync(path, "utf8"));
  if (entry.name.endsWith(".ts")) typed(path, readFileSync(path, "utf8"));
}
writeFileSync(told, JSON.stringify({ faults, descriptions }));
