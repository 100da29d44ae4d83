/** One of several processes that append at once. It is told how many writers, for how long, and how orders begin. */
import * as t from "io-ts"
import * as Child from "./child.ts"
import { contenders } from "./contenders.ts"

const [, , name, url = ""] = process.argv
const found = Object.entries(contenders).find(([key]) => key === name)
if (found === undefined) throw new Error(`nobody is called ${name}`)
const contender = await found[1].open(url)

const Round = t.type({ writers: t.number, seconds: t.number, prefix: t.string })

Child.answer((question) => {
  if (!Round.is(question)) throw new Error("that is no round")
  const { writers, seconds, prefix } = question
  return contender.append({ writers, seconds, order: (writer, n) => `${prefix}-${writer}-${n}` })
})
