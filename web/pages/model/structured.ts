/** What machines read of a model (schema.org). */

import type { ModelPageData } from "./data.ts";
import { isoDate } from "../../format/time.ts";
import { plainText } from "../../ui/markdown.tsx";

export function structured({ fullName, slug, authorName, description, createdAt, prices, outputs }: ModelPageData): object {
  const offers = [["input", prices.prompt], ["output", prices.completion]].flatMap(([kind, price]) => (price === undefined ? [] : [{
    "@type": "Offer", priceCurrency: "USD", price,
    priceSpecification: { "@type": "UnitPriceSpecification", priceCurrency: "USD", price, referenceQuantity: { "@type": "QuantitativeValue", value: 1_000_000, unitText: `${kind} tokens` } },
  }]));
  return {
    "@context": "https://schema.org", "@type": "SoftwareApplication",
    name: fullName, alternateName: slug, applicationCategory: `AI model: ${outputs.join(", ")}`, operatingSystem: "Any",
    description: plainText(description), datePublished: isoDate(createdAt), author: { "@type": "Organization", name: authorName },
    ...(offers.length === 0 ? {} : { offers }),
  };
}
