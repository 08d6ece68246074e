//===- LLMDialect.td - The llm dialect -------------------------*- tablegen -*-===//

#ifndef LLM_DIALECT
#define LLM_DIALECT

include "mlir/IR/OpBase.td"

def LLM_Dialect : Dialect {
  let name = "llm";
  let cppNamespace = "::llm";
  let summary = "Language models, from pure functions of tokens to steps of phases";
  let description = [{
    An op exists where a pass must recognise something; everything else is
    `arith`, `math`, `tensor`, `vector` and `scf`.

    A model is imported as a pure function from tokens to logits
    (`llm.embedding`, `llm.linear`, `llm.attention`, `llm.repeat` ...). Passes
    under `passes/model` fuse it, choose encodings of weights and give it a
    paged KV cache (`llm.kv_append`, `llm.paged_attention`). Passes under
    `passes/tile` turn each op into an `llm.phase` of an `llm.step`, and passes
    under `passes/cpu` turn a step into loops on memory.

    Activations are two-dimensional: rows are tokens (over all sequences of a
    step), columns are features; heads lie side by side in the columns. Weights
    are `!llm.packed` matrices of out x in features, or vectors.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::vector::VectorDialect"];
}

class LLM_Op<string mnemonic, list<Trait> traits = []>
    : Op<LLM_Dialect, mnemonic, traits>;

#endif
