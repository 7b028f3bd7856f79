/** Its name, by which a caller who speaks it is known as well. */
export const protocol = "anthropic-messages";
