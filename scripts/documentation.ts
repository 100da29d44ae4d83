// What is public, read from the sources, and what its documentation lacks. Sources are read and not run, so that a type
// counts as much as a value; a test compares what was read with what the built package exports.

/** The text of a file, by its path. */
export type Read = (file: string) => string

export interface Export {
  /** As a user writes it: `Decider.make`. */
  readonly name: string
  /** A namespace is a module that an entry point exports as a whole. */
  readonly kind: "namespace" | "type" | "value"
  /** Where it is declared, and the module that makes it public: both may show it in use. */
  readonly files: ReadonlyArray<string>
  /** Its doc comment, without stars; empty where it has none. */
  readonly doc: string
  readonly statics: ReadonlyArray<{ readonly name: string; readonly doc: string }>
}

const comment = String.raw`(/\*\*(?:[^*]|\*(?!/))*\*/)`
const header = new RegExp(`^${comment}`)
const declaration = new RegExp(
  String.raw`^(?:${comment}\n(?://.*\n)*)?export (const|function|class|interface|type) (\w+)`,
  "gm",
)
const member = new RegExp(String.raw`(?:${comment}\s+)?\bstatic (?:readonly )?(\w+)`, "g")
const whole = /^export (?:type )?\* as (\w+) from "(.+)"/gm
const all = /^export \* from "(.+)"/gm
const some = /^export (type )?\{([^}]*)\} from "(.+)"/gm
const readable = /^export (const|function|class|interface|type|\*|\{)/

const textOf = (doc: string | undefined): string => (doc ?? "").replaceAll(/^\/\*\*|\*\/$|^ *\* ?/gm, "").trim()

const from = (file: string, specifier: string): string => new URL(specifier, `file:///${file}`).pathname.slice(1)

/** The end of the class that begins at `start`: the first line that closes nothing but it. */
const classBody = (text: string, start: number): string => text.slice(start, text.indexOf("\n}", start))

const declared = (read: Read, file: string): ReadonlyArray<Export> => {
  const text = read(file)
  const found = new Map<string, Export>()
  for (const match of text.matchAll(declaration)) {
    const [, doc, keyword, name = ""] = match
    const kind = keyword === "interface" || keyword === "type" ? "type" : "value"
    const body = keyword === "class" ? classBody(text, match.index) : ""
    const statics = [...body.matchAll(member)].map(([, doc, name = ""]) => ({ name, doc: textOf(doc) }))
    // Only the first overload is documented.
    if (!found.has(kind + name)) found.set(kind + name, { name, kind, files: [file], doc: textOf(doc), statics })
  }
  return [...found.values()]
}

/** What a module exports, by the names that it gives. */
export const exportsOf = (read: Read, file: string): ReadonlyArray<Export> => {
  const text = read(file)
  const unread = text.split("\n").find((line) => line.startsWith("export ") && !readable.test(line))
  if (unread !== undefined) throw new Error(`${file}: this form of an export cannot be read: ${unread}`)
  const namespaces = [...text.matchAll(whole)].flatMap(([, name = "", specifier = ""]): ReadonlyArray<Export> => {
    const module = from(file, specifier)
    const doc = textOf(header.exec(read(module))?.[0])
    const inside = exportsOf(read, module).map((one) => ({
      ...one,
      name: `${name}.${one.name}`,
      files: [...new Set([...one.files, module])],
    }))
    return [{ name, kind: "namespace", files: [module], doc, statics: [] }, ...inside]
  })
  const flat = [...text.matchAll(all)].flatMap(([, specifier = ""]) => exportsOf(read, from(file, specifier)))
  const picked = [...text.matchAll(some)].flatMap(([, onlyTypes, names = "", specifier = ""]) => {
    const known = exportsOf(read, from(file, specifier))
    return [...names.matchAll(/(type )?(\w+)(?: as (\w+))?/g)].flatMap(([, onlyType, name, as = name]) =>
      known
        .filter((one) => one.name === name && (one.kind === "type" || (onlyTypes ?? onlyType) === undefined))
        .map((one) => ({ ...one, name: as ?? one.name })),
    )
  })
  return [...declared(read, file), ...namespaces, ...flat, ...picked]
}

/** The code of the examples in a text. */
export const examplesIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code)

/** The code of the examples in a source or a page. */
export const examplesOf = (file: string, text: string): ReadonlyArray<string> =>
  examplesIn(file.endsWith(".ts") ? text.replaceAll(/^ *\* ?/gm, "") : text)

/** Whether an example runs: one of what is declared and not there only compiles. */
export const runs = (code: string): boolean => !/^\s*declare /m.test(code)

const names = (code: string, name: string): boolean => new RegExp(String.raw`\b${name}\b`).test(code)

const describes = (doc: string): boolean => /\w/.test(doc.replace(/@(example|category|since)\b[\s\S]*/, ""))

/** What the documentation of an export lacks. */
export const faultsOf = (read: Read, { name, kind, files, doc, statics }: Export): ReadonlyArray<string> => {
  const shown = (what: string): boolean =>
    files.some((file) => examplesOf(file, read(file)).some((code) => names(code, what)))
  const own = doc.includes("@example") && examplesIn(doc).some((code) => runs(code) && names(code, name))
  const lacks = [
    !describes(doc) && "a description",
    kind !== "namespace" && !/@category \S/.test(doc) && "@category",
    !/@since \d/.test(doc) && "@since",
    kind === "value" && !own && `an @example that runs and uses ${name}`,
    kind === "type" && !shown(name) && `an example in its module that names ${name}`,
  ]
  return [
    ...lacks.filter((lack) => lack !== false).map((lack) => `${name} (${files[0]}) lacks ${lack}`),
    ...statics.flatMap((of) => [
      ...(describes(of.doc) ? [] : [`${name}.${of.name} (${files[0]}) lacks a description`]),
      ...(shown(`${name}.${of.name}`) ? [] : [`${name}.${of.name} (${files[0]}) lacks an example that uses it`]),
    ]),
  ]
}

/** The source of each entry point of a package. */
export const entryPoints = (manifest: {
  readonly exports: { readonly [name: string]: { readonly default: string } }
}): ReadonlyArray<readonly [name: string, file: string]> =>
  Object.entries(manifest.exports).map(([name, { default: built }]) => [
    name,
    built.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts"),
  ])
