export function judgeImport(file: string, name: string, how?: { readonly isType?: boolean; readonly isLazy?: boolean }): string | undefined;
