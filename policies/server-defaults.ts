export const serverDefaults: readonly { readonly path: string; readonly kinds: readonly string[]; readonly value: unknown }[] = [];
