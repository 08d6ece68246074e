//===- LLMTypes.td - Packed weights and states -----------------*- tablegen -*-===//

#ifndef LLM_TYPES
#define LLM_TYPES

include "mlir/IR/AttrTypeBase.td"
include "dialects/llm/LLMAttrs.td"

class LLM_Type<string name, string mnem> : TypeDef<LLM_Dialect, name> {
  let mnemonic = mnem;
}

def LLM_PackedType : LLM_Type<"Packed", "packed"> {
  let summary = "A weight matrix of N out features by K in features, encoded";
  let description = [{
    `!llm.packed<1536x576, #llm.dense<bf16>>`. The encoding says how the numbers
    lie in memory; it never changes what they are.
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns,
                        "::mlir::Attribute":$encoding);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    EncodingInterface getLayout() const;
    int64_t getPanels() const { return (getRows() + 15) / 16; }
    /// Bytes of 16 out features over all in features.
    int64_t getPanelBytes() const;
    int64_t getBytes() const { return getPanels() * getPanelBytes(); }
  }];
}

def LLM_StateType : LLM_Type<"State", "state"> {
  let summary = "The KV pages of one layer";
  let description = [{
    `!llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = bf16>`:
    a page holds `page` tokens. In a page of a layer lie, for each head, the keys
    as [head_dim][page] (so that 16 tokens are one vector) and then, for each
    head, the values as [page][head_dim]; i8 pages end with the f32 scales of
    keys and of values, each [heads][page].
  }];
  let parameters = (ins "int64_t":$heads, "int64_t":$headDim, "int64_t":$page,
                        "int64_t":$window, "::mlir::Type":$elementType);
  let assemblyFormat = [{ `<` `heads` `=` $heads `,` `head_dim` `=` $headDim `,`
    `page` `=` $page `,` `window` `=` $window `,` `element` `=` $elementType `>` }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Bytes of one layer in one page, a multiple of 64.
    int64_t getLayerPageBytes() const;
    /// Byte offsets inside a layer's page.
    int64_t getKeysOffset(int64_t head) const;
    int64_t getValuesOffset(int64_t head) const;
    int64_t getKeyScalesOffset(int64_t head) const;
    int64_t getValueScalesOffset(int64_t head) const;
    int64_t getElementBytes() const;
  }];
}

def LLM_TeamType : LLM_Type<"Team", "team"> {
  let summary = "The threads that run a step, and where they meet";
}

/// A tensor whose last dimension is known: rows may vary, features do not.
class LLM_FixedColumns<Type tensor> : Type<
    And<[tensor.predicate,
         CPred<"::llvm::isa<::mlir::RankedTensorType>($_self) && "
               "!::llvm::cast<::mlir::RankedTensorType>($_self).isDynamicDim("
               "::llvm::cast<::mlir::RankedTensorType>($_self).getRank() - 1)">]>,
    tensor.summary # " with a fixed number of columns", "::mlir::TensorType">;

def LLM_Rows : LLM_FixedColumns<TensorRankOf<[F32, BF16, F16, I8], [2]>>;

/// Rows of sums of 8-bit integers.
def LLM_SumRows : LLM_FixedColumns<TensorRankOf<[I32], [2]>>;
def LLM_Vector : LLM_FixedColumns<1DTensorOf<[F32]>>;
def LLM_Indices : 1DTensorOf<[I32]>;

#endif
