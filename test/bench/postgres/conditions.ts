/** Commits under a condition on tags: no such event since the moment from which it was decided. */
import * as Effect from "effect/Effect"
import { Commit, EventCodec, EventMapper, EventStore, Query } from "everfold"
import * as t from "io-ts"
import postgres from "postgres"
import { compare, type Sample, type Subject, type Work } from "../measure.ts"
import * as everfold from "./everfold.ts"
import { type Load, loops } from "./load.ts"
import { type Server, withServer } from "./server.ts"

const name = "conditions"
const byHandName = "by hand, one by one"
const seconds = 1
const [courses, students, terms] = [10_000, 100_000, 20]

interface Enrolment {
  readonly course: string
  readonly student: string
  readonly term: string
}

const tags = ({ course, student, term }: Enrolment) => [course, student, term]
const Enrolled = EventCodec.make(
  { Enrolled: t.type({ course: t.string, student: t.string, term: t.string }) },
  { tags },
)
const category = "Enrolment"

/** Nobody else takes the last place in the course, and the student no other one, since the decision began. */
const draw = (): Enrolment => {
  const of = (most: number): number => Math.floor(Math.random() * most)
  return { course: `course:${of(courses)}`, student: `student:${of(students)}`, term: `term:${of(terms)}` }
}

/** The tags of the event at position p. */
const drawn = `ARRAY['course:' || abs(hashint8(p)) % ${courses}, 'student:' || abs(hashint8(p + 1)) % ${students},
  'term:' || p % ${terms}]`

interface Enroller {
  readonly enrol: (load: Load) => Promise<Sample>
  readonly close: () => Promise<void>
}

/** The least that does it: a table of tags, and a function that locks, looks, and writes. */
const schema = `
  CREATE TABLE event (position bigserial PRIMARY KEY, type text NOT NULL, body text NOT NULL);
  CREATE TABLE tag (tag text NOT NULL, position bigint NOT NULL, PRIMARY KEY (tag, position));
  CREATE FUNCTION enrol(p_body text, p_tags text[], p_after bigint) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE v_position bigint;
  BEGIN
    PERFORM pg_advisory_xact_lock(1);
    IF EXISTS (SELECT FROM tag WHERE tag = p_tags[1] AND position > p_after)
      OR EXISTS (SELECT FROM tag WHERE tag = p_tags[2] AND position > p_after) THEN RETURN NULL; END IF;
    INSERT INTO event (type, body) VALUES ('Enrolled', p_body) RETURNING position INTO v_position;
    INSERT INTO tag SELECT unnest(p_tags), v_position;
    RETURN v_position;
  END $$;
`

const byHand = async (url: string, events: number): Promise<Enroller> => {
  const sql = postgres(url, { max: 16, onnotice: () => {} })
  await sql.unsafe(schema)
  const body = JSON.stringify(draw())
  await sql`INSERT INTO event (type, body) SELECT 'Enrolled', ${body} FROM generate_series(1, ${events}::int)`
  await sql.unsafe(`INSERT INTO tag SELECT unnest(${drawn}), p FROM generate_series(1, ${events}) p`)
  let head = events
  const enrol = async (): Promise<void> => {
    for (;;) {
      const enrolment = draw()
      const [row] = await sql<Array<{ position: string | null }>>`
        SELECT enrol(${JSON.stringify(enrolment)}, ${tags(enrolment)}::text[], ${head}) AS position`
      if (row?.position === undefined || row.position === null) continue
      head = Math.max(head, Number(row.position))
      return
    }
  }
  return { enrol: (load) => loops(load, enrol), close: () => sql.end() }
}

const ours = async (url: string, events: number): Promise<Enroller> => {
  const runtime = everfold.connect(url)
  await runtime.runPromise(EventStore)
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await everfold.prepare(sql, category, "Enrolled")
  await sql`
    INSERT INTO everfold.event (position, stream, version, recorded_at, schema_version, kind, id, correlation_id, encoding, tags,
      digest, link, body)
    SELECT p, ${`${category}-`} || p, 1, 1800000000000 + p, 1, 1, id, id::text, 'json', ${sql.unsafe(drawn)},
           sha256(uuid_send(id)), sha256(sha256(uuid_send(id))), ${Buffer.from(JSON.stringify({ data: draw() }))}
    FROM (SELECT p, ('01890000-0000-7000-8000-' || lpad(to_hex(p), 12, '0'))::uuid AS id
          FROM generate_series(1::bigint, ${events}::bigint) p) event`
  await sql.unsafe(`INSERT INTO everfold.tag SELECT unnest(${drawn}), p FROM generate_series(1, ${events}) p`)
  await sql.end()
  let head = events
  const origin = { correlationId: undefined, causation: null, metadata: {} }
  const enrol = Effect.fnUntraced(function* (id: string) {
    const [mapper, store] = [yield* EventMapper, yield* EventStore]
    const stream = { category, id }
    for (;;) {
      const { course, student, term } = draw()
      const drafts = [{ events: [Enrolled.Enrolled({ course, student, term })], origin }]
      const [encoded] = yield* mapper.encode(Enrolled, stream, drafts)
      if (encoded?._tag !== "Right") return yield* Effect.die("an enrolment that cannot be encoded")
      const failIfMatch = Query.make({ types: ["Enrolled"], tags: [course] }, { types: ["Enrolled"], tags: [student] })
      const committed = yield* store
        .commit({
          hash: mapper.hash,
          writes: [{ stream, expected: Commit.noStream, events: encoded.right }],
          condition: { failIfMatch, after: head },
        })
        .pipe(Effect.catchTag("ConditionFailed", () => Effect.undefined))
      if (committed === undefined) continue
      head = Math.max(head, committed.position)
      return
    }
  })
  return { enrol: (load) => runtime.runPromise(everfold.loops(load, enrol)), close: () => runtime.dispose() }
}

let turns = 0

const subject = (name: string, writers: number, { enrol }: Enroller): Subject => ({
  name,
  writers,
  round: () => {
    const turn = turns++
    return enrol({ writers, seconds, order: (writer, n) => `${turn}-${writer}-${n}` })
  },
})

const run = async (server: Server, events: number) => {
  const close: Array<() => Promise<void>> = []
  try {
    const hand = await byHand(await server.database("hand"), events)
    close.push(hand.close)
    const everfold = await ours(await server.database("everfold"), events)
    close.push(everfold.close)
    const at = (writers: number) =>
      compare(name, [subject(byHandName, writers, hand), subject("everfold", writers, everfold)], {
        before: server.settle,
      })
    return [...(await at(1)), ...(await at(16)), ...(await at(64))]
  } finally {
    for (const end of close) await end()
  }
}

export const work: Work = {
  title: "commits under conditions",
  about:
    "commits under a condition on two tags of three, against a table of tags and a function that locks, looks and writes",
  goals: [{ subject: "everfold", writers: 64, atLeast: 1, of: byHandName }],
  run: ({ events }) => withServer((server) => run(server, events)),
}
