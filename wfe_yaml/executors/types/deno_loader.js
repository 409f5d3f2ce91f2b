// Runs the script of a deno step: gives it `Wfe`, and says what went wrong with it.
//
// The script is imported dynamically, and from here: what it imports statically is then held against the
// permissions. As the main module it could read any file with `import … with {type: "text"}`.
//
// Arguments: the script, the file of its outputs, the file of its error. The data come by stdin.

const [script, outputs, trouble] = Deno.args;
const { readSync } = Deno.stdin;
const { writeTextFileSync } = Deno;
const { parse, stringify } = JSON;

function received() {
  const pieces = [];
  const buffer = new Uint8Array(65536);
  for (let read; (read = readSync.call(Deno.stdin, buffer)) !== null;) {
    pieces.push(buffer.slice(0, read));
  }
  return new TextDecoder().decode(pieces.length === 1 ? pieces[0] : joined(pieces));
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const data = received();

/** JSON drops a function, and writes null for NaN: neither is what the script meant. */
function checked(name, value) {
  const kind = typeof value;
  if (kind === "function" || kind === "symbol" || (kind === "number" && !Number.isFinite(value))) {
    throw new TypeError(`the output ${stringify(String(name))} is no JSON: ${kind === "number" ? value : "a " + kind}`);
  }
  return value === undefined ? null : value;
}

globalThis.Wfe = Object.freeze({
  /** Gives what the script may see of the run, or what stands there at a path: "steps.build.outputs.image". */
  getData(path) {
    let value = parse(data);
    for (const part of path === undefined ? [] : Array.isArray(path) ? path : String(path).split(".")) {
      value = value !== null && typeof value === "object" && Object.hasOwn(value, part) ? value[part] : undefined;
    }
    return value;
  },

  /** Sets an output of the step; the value is JSON. */
  setOutput(name, value) {
    const text = stringify({ [String(name)]: checked(name, value) });
    writeTextFileSync(outputs, text + "\n", { append: true });
  },

  /** Says something on stdout. */
  log(...words) {
    console.log(...words);
  },
});

// What is told is bounded, so that a long message does not hide where it comes from.
function note(error) {
  const known = error instanceof Error;
  const frames = known ? String(error.stack).split("\n").filter((line) => line.startsWith("    at ")) : [];
  const told = {
    name: known ? String(error.name).slice(0, 200) : "",
    message: (known ? String(error.message) : Deno.inspect(error)).slice(0, 4000),
    stack: frames.slice(0, 50).join("\n").slice(0, 20000),
  };
  writeTextFileSync(trouble, stringify(told));
}

addEventListener("error", (event) => note(event.error));
addEventListener("unhandledrejection", (event) => note(event.reason));

function failed(error) {
  note(error);
  const lines = String(error instanceof Error ? error.stack : Deno.inspect(error)).split("\n");
  console.error("Uncaught " + lines.filter((line) => !line.includes(import.meta.url)).join("\n"));
  Deno.exit(1);
}

// Without `await`: a script that awaits what never comes is told by Deno at its own line, not at this one.
import("file://" + script.split("/").map(encodeURIComponent).join("/")).catch(failed);
