/** The models that make pictures, as the public API gives them. Contract §1.22. */

import { dollars, toNanodollars, type Picodollars } from "../base/money.ts";
import { imageCapabilities } from "../providers/image-parameters.ts";
import type { Model } from "./model.ts";
import type { Pricing } from "./price.ts";
import { modalityFor } from "./task-models.ts";
import { endpointsForSale } from "./view.ts";

export function makesImages(model: Model): boolean {
  return modalityFor("image", model) !== undefined;
}

export function imageModelView(model: Model): object {
  return {
    id: model.slug,
    name: model.name,
    description: model.description,
    created: model.createdAt,
    architecture: { input_modalities: model.inputModalities, output_modalities: model.outputModalities },
    supported_parameters: Object.assign({}, ...endpointsForSale(model).map(({ protocol }) => imageCapabilities(protocol))) as object,
    // A stream is of whole pictures.
    supports_streaming: false,
    endpoints: `/api/v1/images/models/${model.slug}/endpoints`,
  };
}

export function imageEndpointsView(model: Model): object {
  return {
    id: model.slug,
    endpoints: endpointsForSale(model).map(({ provider, providerName, tag, protocol, pricing }) => ({
      provider_name: providerName,
      provider_slug: provider,
      provider_tag: tag === provider ? null : tag,
      supported_parameters: imageCapabilities(protocol),
      allowed_passthrough_parameters: [],
      supports_streaming: false,
      pricing: pricing === undefined ? [] : pricesOf(pricing),
    })),
  };
}

function pricesOf({ prompt, completion, image, imageOutput }: Pricing): readonly object[] {
  const entries: readonly (readonly [string, string, Picodollars | undefined])[] = [
    ["input_text", "token", prompt], ["input_image", "image", image], ["output_image", "token", completion], ["output_image", "image", imageOutput],
  ];
  return entries.flatMap(([billable, unit, price]) => (price === undefined || price === 0n ? [] : [{ billable, unit, cost_usd: perUnit(price) }]));
}

/** A JSON number of dollars. A price of less than a nano-dollar is not lost. */
function perUnit(price: Picodollars): number {
  return price % 1000n === 0n ? dollars(toNanodollars(price)) : Number(price) / 1e12;
}
