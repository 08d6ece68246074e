//===- GraphOps.td - General graphs at run time ----------------*- tablegen -*-===//

#ifndef LLM_GRAPH_OPS
#define LLM_GRAPH_OPS

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/llm/LLMTypes.td"

def LLM_Pointer : Type<
    CPred<"::llvm::isa<::mlir::LLVM::LLVMPointerType>($_self)">, "pointer">,
    BuildableType<"::mlir::LLVM::LLVMPointerType::get($_builder.getContext())">;

def LLM_RequireOp : LLM_Op<"require", [MemoryEffects<[MemWrite]>]> {
  let summary = "Give the graph up unless a condition holds";
  let description = [{
    Stands for a check that only the run can make: that shapes agree, that a
    size is possible. The call of the graph ends with `message`; nothing after
    this op runs. Not inside of kernels, which other threads wait for.

    ```mlir
    llm.require %same, "Concat: inputs differ in dimension 1"
    ```
  }];
  let arguments = (ins I1:$condition, StrAttr:$message);
  let assemblyFormat = "$condition `,` $message attr-dict";
}

def LLM_CheckIndexOp : LLM_Op<"check_index", [Pure]> {
  let summary = "An index that memory may be read or written at";
  let description = [{
    `index` where it lies in [0, size), else 0, after the failure has been
    reported: the graph still runs to its end, and its call fails with
    `message`. So kernels need no way out. Element 0 of a buffer can always be
    read (the host backs every buffer with 64 bytes).

    ```mlir
    %row = llm.check_index %i of %rows, "Gather: index out of range"
    ```
  }];
  let arguments = (ins Index:$index, Index:$size, StrAttr:$message);
  let results = (outs Index:$result);
  let assemblyFormat = "$index `of` $size `,` $message attr-dict";
  let hasFolder = 1;
}

def LLM_AllocateOp : LLM_Op<"allocate", [MemoryEffects<[MemWrite]>]> {
  let summary = "Memory of the host's that lives as long as the graph's call";
  let description = [{
    For values that no analysis follows: items of sequences, texts. The call ends
    where the host has no memory left. Not inside of kernels.

    ```mlir
    %text = llm.allocate %bytes
    ```
  }];
  let arguments = (ins Index:$bytes);
  let results = (outs LLM_Pointer:$result);
  let assemblyFormat = "$bytes attr-dict";
}

def LLM_ViewOp : LLM_Op<"view", [Pure]> {
  let summary = "Memory that a pointer leads to, dense and row-major";
  let description = [{
    * (C1) `sizes` has a number for each dynamic dimension.
    * (C2) the result has the identity layout.

    ```mlir
    %item = llm.view %pointer[%rows] : memref<?x4xf32>
    ```
  }];
  let arguments = (ins LLM_Pointer:$pointer, Variadic<Index>:$sizes);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$pointer `[` $sizes `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MemRefType getType() {
      return ::llvm::cast<::mlir::MemRefType>(getResult().getType());
    }
  }];
}

def LLM_LaunchOp : LLM_Op<"launch",
    [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Run a kernel over its tiles, by the team where it is worth it";
  let description = [{
    Calls `kernel(team, first, end, operands...)` on runs of tiles that together
    are [0, tiles). `work` is how many innermost iterations that takes: few are
    done by the calling thread alone.

    * (C1) the kernel is a function of the team (a context and a thread, once
      teams are lowered), two indices and the operands, and returns nothing.

    ```mlir
    llm.launch @kernel.0 tiles %tiles work %work (%x, %y) : memref<?xf32>, memref<?xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Index:$tiles, Index:$work,
                       Variadic<AnyType>:$arguments);
  let assemblyFormat = [{
    $kernel `tiles` $tiles `work` $work `(` $arguments `)` attr-dict (`:` type($arguments)^)?
  }];
}

#endif
