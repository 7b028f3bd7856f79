/** GET and POST /credits. Source: contract §1.6; granting is ours, for the operator of an installation. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { dollars, fromDollars, type Nanodollars } from "../../base/money.ts";
import { answers, data } from "./answers.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

export interface CreditBook {
  /** `totalCredits` is null for a workspace that was never credited: it has no limit. */
  credits(workspaceId: string): Promise<{ readonly totalCredits: Nanodollars | null; readonly totalUsage: Nanodollars }>;
  /** Two racing callers' credits add up. */
  grant(workspaceId: string, amount: Nanodollars, note: string): Promise<void>;
}

export function registerCredits(api: OpenAPIHono<ApiEnv>, ledger: CreditBook): void {
  api.openapi(getCredits, async (context) => context.json({ data: await creditsView(ledger, keyOf(context).workspaceId) }));

  api.openapi(grantCredits, async (context) => {
    const { amount } = context.req.valid("json");
    const { workspaceId, label } = keyOf(context);
    await ledger.grant(workspaceId, fromDollars(amount), `granted with ${label}`);
    return context.json({ data: await creditsView(ledger, workspaceId) });
  });
}

// The contract wants a number where we have no limit, and clients subtract what was used from it.
const unlimitedDollars = 1e9;

async function creditsView(ledger: CreditBook, workspaceId: string): Promise<Record<string, unknown>> {
  const { totalCredits, totalUsage } = await ledger.credits(workspaceId);
  return {
    total_credits: totalCredits === null ? unlimitedDollars : dollars(totalCredits),
    total_usage: dollars(totalUsage),
    prepaid: totalCredits !== null,
  };
}

const tags = ["Credits"];

const responses = answers(
  "The credits of the workspace",
  data(
    z.object({
      total_credits: z.number().openapi({ description: "US dollars, ever granted; a billion when nothing is prepaid" }),
      total_usage: z.number(),
      prepaid: z.boolean().openapi({ description: "False: there is no limit" }),
    }),
  ),
);

const getCredits = createRoute({ method: "get", path: "/credits", tags, summary: "What was granted, and what was used of it", responses });

const grantCredits = createRoute({
  method: "post",
  path: "/credits",
  tags,
  summary: "Grants credits; the first grant makes the workspace prepaid",
  request: { body: { required: true, content: { "application/json": { schema: z.object({ amount: z.number().min(1e-6).max(1e9) }) } } } },
  responses,
});
