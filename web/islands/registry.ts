/** Every island by the name of its file. The browser loads those alone that are on the page. */

export const islands = {
  "cost-calculator": () => import("./cost-calculator.tsx").then(({ CostCalculator }) => CostCalculator),
  "key-tester": () => import("./key-tester.tsx").then(({ KeyTester }) => KeyTester),
  "try-it": () => import("./try-it.tsx").then(({ TryIt }) => TryIt),
  "model-explorer": () => import("./model-explorer.tsx").then(({ ModelExplorer }) => ModelExplorer),
  "route-preview": () => import("./route-preview.tsx").then(({ RoutePreview }) => RoutePreview),
};

export type IslandName = keyof typeof islands;
