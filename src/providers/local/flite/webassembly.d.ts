/** The part of WebAssembly's JavaScript interface used here: TypeScript has it only among the types for browsers. */
declare namespace WebAssembly {
  type ModuleImports = Record<string, (...values: never[]) => unknown>

  class Module {
    private constructor()
    static imports(module: Module): readonly { readonly module: string; readonly name: string }[]
  }

  class Instance {
    private constructor()
    readonly exports: Readonly<Record<string, unknown>>
  }

  class Memory {
    constructor(size: { readonly initial: number })
    readonly buffer: ArrayBuffer
  }

  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>
  function instantiate(module: Module, imports: Record<string, ModuleImports>): Promise<Instance>
}
