// The worked systems, by their names.
import type { System } from "everfold"
import * as Orders from "./Orders.ts"
import * as Transfers from "./Transfers.ts"

export const systems: { readonly [name: string]: { readonly system: System.System<never> } } = {
  orders: Orders.worked,
  transfers: Transfers.worked,
}
