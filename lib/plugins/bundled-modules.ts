/**
 * The modules with plugins that were bundled, by the names that settings have for them. None here: infra/bundle-plugins.ts puts
 * those of plugins.json in place of this file.
 */
export const BUNDLED_MODULES: Readonly<Record<string, () => Promise<unknown>>> = {};
